/**
 * The rows of the report files, out of the stores and the output topics of any run, embedded or not.
 *
 * Source: contract, section 6.
 */
import { compareText } from '../programme/ranking.ts';
import { onTimeTotals } from '../programme/totals.ts';
import type { Context } from '../processors/context.ts';
import { recordsOf } from '../processors/ledger-entry.ts';
import { topicValues } from '../processors/topic-values.ts';
import type { Payout, Quarantined } from '../schemas/generated/types.ts';

const PAGE_CITIZENS = 500;

export type Row = readonly (string | number | null)[];
export type TotalRow = readonly [citizenId: string, period: string, transactions: number, cashbackCents: number];
export type TotalPages = AsyncIterable<readonly TotalRow[]>;
export type AdjustmentRow = readonly [citizenId: string, period: string, amountCents: number];

/** Totals of what arrived before the deadlines, sorted by citizen and period, in pages. */
export async function* totalRows(context: Context): TotalPages {
  const shards = Array.from({ length: context.partitions('citizen-ledger') }, (_, shard) => citizensOf(context, shard));
  for await (const page of mergeSorted(shards, (a, b) => compareText(a.citizenId, b.citizenId))) yield page.flatMap(({ rows }) => rows);
}

/** Each payout once, sorted by period, kind and citizen. */
export async function payoutsOf(context: Context): Promise<Payout[]> {
  const byId = new Map<string, Payout>();
  for await (const { value: payout } of topicValues(context, 'payouts', context.serdes.payout)) byId.set(payout.payoutId, payout);
  return [...byId.values()].sort((a, b) =>
    compareText(a.period, b.period) || compareText(a.kind, b.kind) || compareText(a.citizenId, b.citizenId));
}

export function payoutRow({ payoutId, citizenId, period, kind, transactions, amount }: Payout): Row {
  return [payoutId, citizenId, period, kind, transactions, amount];
}

/** The sum of a citizen's adjustments of a period, where it is not 0, sorted by citizen and period. */
export async function adjustmentRows(context: Context): Promise<AdjustmentRow[]> {
  const sums = new Map<string, { citizenId: string; period: string; cents: number }>();
  const seen = new Set<string>();
  for await (const { value: { adjustmentId, citizenId, period, amount } } of topicValues(context, 'adjustments', context.serdes.adjustment)) {
    if (seen.has(adjustmentId)) continue;
    seen.add(adjustmentId);
    const key = `${citizenId}/${period}`;
    const sum = sums.get(key) ?? { citizenId, period, cents: 0 };
    sums.set(key, { ...sum, cents: sum.cents + amount });
  }
  return [...sums.values()]
    .filter(({ cents }) => cents !== 0)
    .sort((a, b) => compareText(a.citizenId, b.citizenId) || compareText(a.period, b.period))
    .map(({ citizenId, period, cents }) => [citizenId, period, cents]);
}

/** Each quarantined record once by source position and reason. */
export async function quarantinedOf(context: Context): Promise<Quarantined[]> {
  const once = new Map<string, Quarantined>();
  for await (const { value: record } of topicValues(context, 'quarantine', context.serdes.quarantined)) {
    once.set(`${record.topic}/${record.partition}/${record.offset} ${record.reason}`, record);
  }
  return [...once.values()];
}

/** Sorted by source, then line as a number. */
export function sortQuarantine(rows: readonly (readonly [source: string, line: number, reason: string, field: string | null])[]): Row[] {
  const bytes = new Map(rows.map(([source]) => [source, Buffer.from(source)]));
  return rows.toSorted((a, b) =>
    bytes.get(a[0])!.compare(bytes.get(b[0])!) || a[1] - b[1] || compareText(a[2], b[2]));
}

interface CitizenRows {
  readonly citizenId: string;
  readonly rows: readonly TotalRow[];
}

async function* citizensOf({ citizens, programme }: Context, shard: number): AsyncIterable<readonly CitizenRows[]> {
  for (let after: string | null = null; ;) {
    const page = await citizens.page(shard, after, PAGE_CITIZENS);
    yield page.citizens.map(({ citizenId, set }) => ({
      citizenId,
      rows: onTimeTotals(recordsOf(set), programme)
        .map(({ period, transactions, cashbackCents }): TotalRow => [citizenId, period.id, transactions, cashbackCents])
        .sort((a, b) => compareText(a[1], b[1])),
    }));
    if (page.citizens.length < PAGE_CITIZENS) return;
    after = page.citizens.at(-1)!.citizenId;
  }
}

/** Sorted sources, in pages, as one: a page is what can be told before another one of any source is needed. */
async function* mergeSorted<T>(sources: readonly AsyncIterable<readonly T[]>[], compare: (a: T, b: T) => number): AsyncIterable<T[]> {
  const heads = sources.map((source) => ({ pages: source[Symbol.asyncIterator](), page: [] as readonly T[], at: 0 }));
  let open = heads;
  for (;;) {
    for (const head of open) {
      while (head.at === head.page.length) {
        const next = await head.pages.next();
        if (next.done === true) break;
        [head.page, head.at] = [next.value, 0];
      }
    }
    open = open.filter(({ page, at }) => at < page.length);
    if (open.length === 0) return;
    const merged: T[] = [];
    for (let all = true; all;) {
      let least = open[0]!;
      for (const head of open) if (compare(head.page[head.at]!, least.page[least.at]!) < 0) least = head;
      merged.push(least.page[least.at++]!);
      all = least.at < least.page.length;
    }
    yield merged;
  }
}
