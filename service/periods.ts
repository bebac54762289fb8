/**
 * How far each period is: open, in grace, closing (and what it waits for), closed; counts and amounts.
 */
import { Closures } from '../processors/closures.ts';
import type { Context } from '../processors/context.ts';
import { newestReceipt } from '../processors/receipts.ts';
import type { Period } from '../programme/programme.ts';

export type PeriodState = 'open' | 'in-grace' | 'closing' | 'closed';

export interface PeriodStatus {
  readonly period: string;
  readonly state: PeriodState;
  /** What a closing period waits for, a line each. */
  readonly waitingFor: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly deadline: string;
  /** Payments applied, and the sum of their amounts in cents. */
  readonly payments: number;
  readonly grossCents: number;
  /** From the manifests so far. */
  readonly citizens: number;
  readonly payouts: number;
  readonly payoutCents: number;
}

/** In time order. `nowMs` tells open from in grace from due; it decides nothing. */
export async function periodStatuses(context: Context, nowMs: number): Promise<PeriodStatus[]> {
  const closures = new Closures(context);
  await closures.refresh();
  const shards = Array.from({ length: context.partitions('citizen-ledger') }, (_, shard) => shard);
  const counts = await Promise.all(shards.map((shard) => context.citizens.counts(shard)));
  const frozen = await Promise.all(shards.map(async (shard) => (await context.citizens.sets(shard, [])).standing.frozen));
  return Promise.all(context.programme.periods.map(async (period) => {
    const sums = counts.flatMap(({ sums: all }) => Object.hasOwn(all, period.id) ? all[period.id]! : []);
    const cashback = closures.manifests(period.id, 'CASHBACK');
    const manifests = [...cashback, ...closures.manifests(period.id, 'SUPER_CASHBACK')];
    const frozenShards = frozen.filter((rank) => rank >= period.rank).length;
    const state = stateOf(period, closures, frozenShards, nowMs);
    return {
      period: period.id,
      state,
      waitingFor: state === 'closing' ? await waitsFor(context, period, closures, frozenShards, shards.length) : [],
      from: iso(period.fromMs),
      until: iso(period.untilMs),
      deadline: iso(period.deadlineMs),
      payments: total(sums.map((sum) => sum.payments)),
      grossCents: total(sums.map((sum) => sum.grossCents)),
      citizens: total(cashback.map((manifest) => manifest.citizens)),
      payouts: total(manifests.map((manifest) => manifest.payouts)),
      payoutCents: total(manifests.map((manifest) => manifest.amount)),
    };
  }));
}

function stateOf(period: Period, closures: Closures, frozenShards: number, nowMs: number): PeriodState {
  if (closures.closed(period)) return 'closed';
  if (frozenShards > 0 || nowMs >= period.deadlineMs) return 'closing';
  return nowMs >= period.untilMs ? 'in-grace' : 'open';
}

async function waitsFor(context: Context, period: Period, closures: Closures, frozenShards: number, shards: number): Promise<string[]> {
  const earlier = context.programme.byDeadline.find((other) => other.rank < period.rank && !closures.closed(other));
  if (earlier !== undefined) return [`the close of ${earlier.id}`];
  if (frozenShards === 0) {
    const behind = await unqualified(context);
    return behind > 0 ? [`qualify: ${behind} card transactions are not qualified yet`] : [beginning(context, period)];
  }
  if (frozenShards < shards) return [`accrue: ${shards - frozenShards} of ${shards} shards are not frozen yet`];
  const done = closures.manifests(period.id, 'CASHBACK').length;
  return done < shards ? [`payouts: ${shards - done} of ${shards} shards have no manifest yet`] : ['the ranking of the super cashback'];
}

/** Who says that the close begins. */
function beginning({ arrival }: Context, period: Period): string {
  return arrival === 'producer' ? `tornaconto close ${period.id}` : 'the close to begin: deadline and margin on the broker\'s clock';
}

async function unqualified(context: Context): Promise<number> {
  const { reader, topic } = context;
  let behind = 0;
  for (const [partition, { high }] of (await reader.watermarks(topic('card-transactions'))).entries()) {
    if (high > 0) behind += high - ((await newestReceipt(context, partition))?.end ?? 0);
  }
  return behind;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
