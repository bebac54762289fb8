/** Steps of the fold out of plain values: what the suites and the model speak instead of packed bytes. */
import type { AdjustmentDue, CitizenTotals, Folded, FoldStep, PeriodRules } from '../../ports/citizen-totals.ts';
import { ENTRY, ENTRY_BYTES, KIND_REVERSAL, LINE, LINE_BYTES, NO_PERIOD, RECORD, RECORD_BYTES } from '../../processors/ledger-entry.ts';

/** An entry. Absent: a counted payment of `p1` of 1000 cents, on time. */
export interface Entry {
  readonly citizen: string;
  /** Names the record: the id's last four bytes. */
  readonly id: number;
  /** Source offset; `firstOffset` of the step is 0. */
  readonly offset: number;
  readonly reversal?: boolean;
  readonly period?: 'p1' | 'p2';
  readonly counts?: boolean;
  readonly arrivalMs?: number;
  /** Deadlines passed at arrival. */
  readonly passed?: number;
  readonly amountCents?: number;
  /** From 0 to 7: links differ in the byte of this number. Absent: another one still. */
  readonly link?: number;
  /** Stands for the content. */
  readonly check?: number;
  /** Absent in one, none of the step has it. */
  readonly from?: Origin;
}

export interface Origin {
  readonly file: string | null;
  readonly line: number;
  readonly schemaId: number;
}

export const PERIODS = [
  { id: 'p1', rules: 'rules-of-p1', deadlineMs: 1_000_000, rank: 1 },
  { id: 'p2', rules: 'rules-of-p2', deadlineMs: 2_000_000, rank: 2 },
] as const satisfies readonly (PeriodRules & { rank: number })[];

export function stepOf(
  expected: number, entries: readonly Entry[],
  options: { next?: number; sourcePartition?: number; reviewed?: readonly AdjustmentDue[] | null } = {},
): FoldStep {
  const citizens = [...new Set(entries.map(({ citizen }) => citizen))];
  // As accrue does: only what the entries refer to.
  const periods = PERIODS.filter(({ id }) => entries.some((entry) => entry.reversal !== true && (entry.period ?? 'p1') === id));
  const bytes = Buffer.alloc(entries.length * ENTRY_BYTES);
  entries.forEach((entry, i) => {
    const at = i * ENTRY_BYTES;
    const period = periods.findIndex(({ id }) => id === (entry.period ?? 'p1'));
    bytes.writeUInt16BE(citizens.indexOf(entry.citizen), at + ENTRY.citizen);
    bytes[at + ENTRY.period] = entry.reversal === true ? NO_PERIOD : period;
    bytes[at + ENTRY.counts] = entry.counts === false ? 0 : 1;
    bytes.writeUInt32BE(entry.offset, at + ENTRY.delta);
    bytes.writeDoubleBE(entry.arrivalMs ?? 500_000, at + ENTRY.arrival);
    recordOf(entry).copy(bytes, at + ENTRY.record);
  });
  const { origins, lines } = linesOf(entries);
  const next = options.next ?? expected + 1;
  return {
    expected, next, fingerprint: fingerprintOf(next), reviewed: options.reviewed ?? null,
    decisions: {
      sourcePartition: options.sourcePartition ?? 0, firstOffset: 0, citizens, entries: bytes, origins, lines,
      periods: periods.map(({ id, rules, rank }) => ({ id, rules, rank })),
    },
  };
}

function linesOf(entries: readonly Entry[]): Pick<FoldStep['decisions'], 'origins' | 'lines'> {
  const noted = entries.flatMap(({ from }) => from ?? []);
  if (noted.length < entries.length) return { origins: [], lines: Buffer.alloc(0) };
  const names = [...new Set(noted.map(({ file, schemaId }) => JSON.stringify({ file, schemaId })))];
  const lines = Buffer.alloc(entries.length * LINE_BYTES);
  noted.forEach(({ file, schemaId, line }, i) => {
    lines.writeUInt16BE(names.indexOf(JSON.stringify({ file, schemaId })), i * LINE_BYTES + LINE.origin);
    lines.writeUIntBE(line, i * LINE_BYTES + LINE.number, 5);
  });
  return { origins: names.map((name) => JSON.parse(name) as Origin), lines };
}

/** The stored record; `passed` as it should be stored. Bytes above 127 and 0 are in it on purpose. */
export function recordOf(entry: Entry, passed = entry.passed ?? 0): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeUInt32BE(0xff00c3a9, RECORD.id);
  record.writeUInt32BE(entry.id, RECORD.id + 4);
  record[RECORD.kind] = entry.reversal === true ? KIND_REVERSAL : 0;
  record[RECORD.deadlinesPassed] = passed;
  record.writeDoubleBE(400_000 + entry.id, RECORD.time);
  record.writeUIntBE(entry.amountCents ?? 1000, RECORD.amount, 5);
  record.fill(0xfe, RECORD.link, RECORD.check);
  if (entry.link !== undefined) record[RECORD.link + entry.link] = 0;
  record.writeUInt32BE(entry.check ?? 7, RECORD.check);
  return record;
}

export function fingerprintOf(position: number): Buffer {
  return Buffer.from(`\xffprint ${position}`, 'latin1');
}

/** The records of a set as text, in an order of their own: a set has none. */
export function recordsIn(set: Buffer): string[] {
  const records: string[] = [];
  for (let at = 0; at < set.length; at += RECORD_BYTES) records.push(set.toString('hex', at, at + RECORD_BYTES));
  return records.sort();
}

export function folded(counts: Partial<Folded['outcomes']>, stragglers = 0): Folded {
  return { kind: 'folded', outcomes: { applied: 0, duplicate: 0, repeat: 0, conflict: 0, ...counts }, stragglers };
}

/** Folds entries from where the shard stands, and gives what became of them. */
export async function foldNext(store: CitizenTotals, shard: number, entries: readonly Entry[], options: Parameters<typeof stepOf>[2] = {}): Promise<Awaited<ReturnType<CitizenTotals['fold']>>[number]> {
  const { position } = await store.counts(shard);
  return (await store.fold(shard, [stepOf(position, entries, options)]))[0]!;
}

export async function freezeNext(store: CitizenTotals, shard: number, rank: number): Promise<void> {
  const { position } = await store.counts(shard);
  const { citizens } = await store.late(shard, rank, 1000);
  await store.settle(shard, position, rank, citizens.map(({ citizenId }) => ({ citizenId, adjustment: null })));
  await store.freeze(shard, { expected: position, next: position + 1, fingerprint: fingerprintOf(position + 1) }, rank);
}
