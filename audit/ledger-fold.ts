/**
 * Folds one shard's ledger from the log alone, in memory: what the citizens' sets are, and which adjustments fell due.
 *
 * The fold is accrue's own, over a store that nobody else has seen. What it comes to is judged by `totals`.
 */
import { Accrue } from '../processors/accrue.ts';
import type { Context } from '../processors/context.ts';
import { ENTRY, ENTRY_BYTES, RECORD } from '../processors/ledger-entry.ts';
import { deadlinesPassedAt } from '../programme/programme.ts';
import type { Appended, Producer } from '../ports/log.ts';
import type { Adjustment, LedgerRecord } from '../schemas/generated/types.ts';
import { MemoryCitizenTotals } from '../stores/memory/citizen-totals.ts';
import type { Differences } from './differences.ts';

export interface ShardFold {
  /** Holds this shard only. */
  readonly citizens: MemoryCitizenTotals;
  /** Where the fold ends: the high watermark, unless a record could not be folded. */
  readonly position: number;
  /** Periods frozen, by rank. */
  readonly frozen: number;
  /** Adjustments of all periods, in the order in which they fell due. */
  readonly adjustments: readonly Adjustment[];
}

/** Source offset up to which a partition is qualified, and decisions below it, each source record counted once. */
export interface Decided {
  readonly end: number;
  count: number;
}

/** `decided`, by source partition, is added to. */
export async function foldLedger(
  context: Context, shard: number, decided: ReadonlyMap<number, Decided>, differences: Differences,
): Promise<ShardFold> {
  const { reader, topic, serdes, partitions } = context;
  const ledger = topic('citizen-ledger');
  const citizens = new MemoryCitizenTotals({ shards: partitions('citizen-ledger') });
  const sent = new SentAdjustments(context);
  const accrue = new Accrue({
    ...context, citizens, producer: sent, telemetry: { count: () => undefined, arrived: () => undefined, alarm: () => undefined },
  });
  await accrue.claim(shard);
  const highest = new Map<number, number>();
  const { start, high } = (await reader.watermarks(ledger))[shard]!;
  if (start > 0) differences.add('ledger-gap', `${ledger}/${shard}`, 0, start);
  let position = 0;
  try {
    for await (const records of reader.range(ledger, shard, start, high)) {
      let next = position;
      for (const { offset } of records) {
        if (offset !== next && !(next === 0 && offset === start)) differences.add('ledger-gap', `${ledger}/${shard}`, next, offset);
        next = offset + 1;
      }
      await accrue.process(shard, position, records, () => Promise.resolve());
      position = next;
      for (const record of records) {
        const value = serdes.ledger.decode(record.value);
        auditTimes(context, `${ledger}/${shard}/${record.offset}`, record.timestampMs, value, differences);
        countDecisions(value, decided, highest);
      }
    }
  } catch (error) {
    // Whatever is wrong with the log is what an audit is for; that it cannot be reached is not.
    if (!(error instanceof Error) || ('remedy' in error && error.remedy === 'retry')) throw error;
    differences.add('ledger-unreadable', `${ledger}/${shard} from ${position} on`, null, error.message);
  }
  const { standing } = await citizens.sets(shard, []);
  return { citizens, position: standing.position, frozen: standing.frozen, adjustments: sent.adjustments };
}

/** Takes what accrue sends in place of the log. */
class SentAdjustments implements Producer {
  readonly adjustments: Adjustment[] = [];
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async append(appends: Parameters<Producer['append']>[0]): Promise<readonly Appended[]> {
    const { topic, serdes } = this.#context;
    for (const { records } of appends.filter((append) => append.topic === topic('adjustments'))) {
      await serdes.adjustment.prepare(records.map(({ value }) => value));
      this.adjustments.push(...records.map(({ value }) => serdes.adjustment.decode(value)));
    }
    return appends.map(({ topic, partition }) => ({ topic, partition, baseOffset: 0, appendTimeMs: null }));
  }
}

/** What the fold takes from qualify and close: how many deadlines had passed, and that one had when its period was marked. */
function auditTimes({ programme, arrival, skewMarginMs }: Context, where: string, appendedMs: number, value: LedgerRecord, differences: Differences): void {
  const { closes, entries } = value;
  const deadlineMs = programme.periods.find(({ id }) => id === closes)?.deadlineMs ?? -Infinity;
  if (arrival === 'broker' && appendedMs < deadlineMs - skewMarginMs) differences.add('marker-early', where, deadlineMs, appendedMs);
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const passed = deadlinesPassedAt(programme, entries.readDoubleBE(at + ENTRY.arrival));
    differences.expect('deadlines-differ', `${where} entry ${at / ENTRY_BYTES}`, passed, entries[at + ENTRY.record + RECORD.deadlinesPassed]!);
  }
}

/** A source record's decisions are in ascending order of its offset, but for those written twice. */
function countDecisions(value: LedgerRecord, decided: ReadonlyMap<number, Decided>, highest: Map<number, number>): void {
  const { sourcePartition, firstOffset, entries, closes } = value;
  const counted = decided.get(sourcePartition);
  if (closes !== null || counted === undefined) return;
  const seen = highest.get(sourcePartition) ?? -1;
  let most = seen;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const offset = firstOffset + entries.readUInt32BE(at + ENTRY.delta);
    most = Math.max(most, offset);
    if (entries[at + ENTRY.counts] === 1 && offset > seen && offset < counted.end) counted.count++;
  }
  highest.set(sourcePartition, most);
}

