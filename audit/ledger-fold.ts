/**
 * Folds one shard's ledger from the log alone, in memory, and counts the decisions in it.
 */
import type { Context } from '../processors/context.ts';
import { ENTRY, ENTRY_BYTES } from '../processors/ledger-entry.ts';
import { fingerprintOf } from '../processors/fingerprint.ts';
import type { LogRecord } from '../ports/log.ts';
import type { Step } from '../ports/store.ts';
import type { LedgerRecord } from '../schemas/generated/types.ts';
import { MemoryCitizenTotals } from '../stores/memory/citizen-totals.ts';
import type { Differences } from './differences.ts';

const LATE_MAX = 1_000;

export interface ShardFold {
  /** Holds this shard only. */
  readonly citizens: MemoryCitizenTotals;
  /** By source partition: decisions below the receipt's end, each source record once. */
  readonly decided: ReadonlyMap<number, number>;
}

/** `ends`: by source partition, the source offset that is qualified. */
export async function foldLedger(
  context: Context, shard: number, ends: ReadonlyMap<number, number>, differences: Differences,
): Promise<ShardFold> {
  const { reader, topic, serdes, partitions } = context;
  const citizens = new MemoryCitizenTotals({ shards: partitions('citizen-ledger') });
  const decided = new Map<number, number>();
  const highest = new Map<number, number>();
  const ledger = topic('citizen-ledger');
  const { start, high } = (await reader.watermarks(ledger))[shard]!;
  if (start > 0) differences.add('ledger-incomplete', `${ledger}/${shard}`, 0, start);
  let position = start;
  if (start > 0) return { citizens, decided };
  for await (const records of reader.range(ledger, shard, start, high)) {
    await serdes.ledger.prepare(records.map((record) => record.value));
    for (const record of records) {
      const value = serdes.ledger.decode(record.value);
      await foldRecord(context, citizens, shard, position, record, value, differences);
      if (value.closes === null) countDecisions(value, ends, highest, decided);
      position = record.offset + 1;
    }
  }
  return { citizens, decided };
}

async function foldRecord(
  { programme }: Context, citizens: MemoryCitizenTotals, shard: number, expected: number, record: LogRecord,
  value: LedgerRecord, differences: Differences,
): Promise<void> {
  const step = { expected, next: record.offset + 1, fingerprint: fingerprintOf(record) };
  const periods = value.periods.map(({ id, rules }) => {
    const period = programme.periods.find((known) => known.id === id);
    if (period?.rulesHash !== rules) differences.add('ledger-other-rules', `ledger ${shard}/${record.offset}`, period?.rulesHash ?? null, rules);
    return { id, rules, rank: period?.rank ?? 1 };
  });
  if (value.closes !== null) {
    const rank = programme.periods.find((known) => known.id === value.closes)?.rank ?? 0;
    await freeze(citizens, shard, step, rank);
    return;
  }
  const { sourcePartition, firstOffset, citizens: ids, entries } = value;
  await citizens.fold(shard, [{ ...step, decisions: { sourcePartition, firstOffset, citizens: ids, periods, entries }, reviewed: [] }]);
}

/** What a freeze finds due is the adjustments' matter, and held against them elsewhere. */
async function freeze(citizens: MemoryCitizenTotals, shard: number, step: Step, rank: number): Promise<void> {
  for (;;) {
    const late = await citizens.late(shard, rank, LATE_MAX);
    if (late.citizens.length === 0) break;
    await citizens.settle(shard, step.expected, rank, late.citizens.map(({ citizenId }) => ({ citizenId, adjustment: null })));
  }
  await citizens.freeze(shard, step, rank);
}

/** A source record's decisions are in ascending order of its offset, but for those written twice. */
function countDecisions(
  value: LedgerRecord, ends: ReadonlyMap<number, number>, highest: Map<number, number>, decided: Map<number, number>,
): void {
  const { sourcePartition, firstOffset, entries } = value;
  const seen = highest.get(sourcePartition) ?? -1;
  const end = ends.get(sourcePartition) ?? 0;
  let most = seen;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const offset = firstOffset + entries.readUInt32BE(at + ENTRY.delta);
    most = Math.max(most, offset);
    if (entries[at + ENTRY.counts] === 1 && offset > seen && offset < end) {
      decided.set(sourcePartition, (decided.get(sourcePartition) ?? 0) + 1);
    }
  }
  highest.set(sourcePartition, most);
}
