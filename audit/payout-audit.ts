/**
 * Holds payouts, manifests and adjustments in the log against what the fold of the log says they must be.
 */
import { createHash } from 'node:crypto';
import type { Context } from '../processors/context.ts';
import { Closures } from '../processors/closures.ts';
import { topicValues } from '../processors/topic-values.ts';
import { digestOf } from '../processors/shard-payouts.ts';
import { payoutId, type PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import { compareText, ranking, type Ranked } from '../programme/ranking.ts';
import type { Adjustment, Payout, PeriodClosure } from '../schemas/generated/types.ts';
import type { Differences } from './differences.ts';

/** What the fold says of a citizen. */
export interface ExpectedCitizen extends Ranked {
  readonly shard: number;
  /** Paid at the close, in cents; 0 = nothing. */
  readonly paidCents: number;
  /** What all records so far would pay, in cents. */
  readonly wouldPayCents: number;
}

export interface PayoutSums {
  readonly payouts: number;
  readonly amountCents: number;
  /** Over all shards' lines, sorted. */
  readonly digest: string;
}

export async function auditPayouts(
  context: Context, period: Period, citizens: readonly ExpectedCitizen[], withPayment: readonly number[], differences: Differences,
): Promise<Partial<Record<PayoutKind, PayoutSums>>> {
  const closures = new Closures(context);
  await closures.refresh();
  const paid = citizens.filter(({ paidCents }) => paidCents > 0);
  const cashback = paid.map((citizen) => ({ ...citizen, amountCents: citizen.paidCents }));
  const sums: Partial<Record<PayoutKind, PayoutSums>> = {
    CASHBACK: await auditKind(context, closures, period, 'CASHBACK', cashback, withPayment, null, differences),
  };
  if (period.superCashback !== null) {
    const { ranks, cents } = period.superCashback;
    const ranked = ranking(paid, ranks).map((citizen) => ({ ...(citizen as ExpectedCitizen), amountCents: cents }));
    sums.SUPER_CASHBACK = await auditKind(context, closures, period, 'SUPER_CASHBACK', ranked, withPayment,
      ranked.at(-1)?.transactions ?? null, differences);
  }
  await auditAdjustments(context, period, citizens, differences);
  return sums;
}

type Due = ExpectedCitizen & { readonly amountCents: number };

async function auditKind(
  context: Context, closures: Closures, period: Period, kind: PayoutKind, due: readonly Due[],
  withPayment: readonly number[], lastRanked: number | null, differences: Differences,
): Promise<PayoutSums> {
  const { programme: { programme }, partitions } = context;
  const expected = new Map(due.map((citizen) => [payoutId(programme, period.id, kind, citizen.citizenId), citizen]));
  const found = await foundPayouts(context, period, kind, differences);
  for (const [id, citizen] of expected) {
    const payout = found.get(id);
    if (payout === undefined) differences.add('payout-missing', `${kind} ${id}`, citizen.amountCents, null);
    else differences.expect('payout-amount', `${kind} ${id}`, describe(citizen.amountCents, citizen.transactions), describe(payout.amount, payout.transactions));
  }
  for (const [id, payout] of found) if (!expected.has(id)) differences.add('payout-extra', `${kind} ${id}`, null, payout.amount);
  const shards = partitions('citizen-ledger');
  const lines: string[][] = Array.from({ length: shards }, () => []);
  for (const [id, { shard, amountCents }] of expected) lines[shard]!.push(`${id}:${amountCents}`);
  for (let shard = 0; shard < shards; shard++) {
    auditManifest(closures.manifest(period.id, kind, shard), `${period.id}/${kind}/${shard}`, {
      shards, citizens: withPayment[shard]!, payouts: lines[shard]!.length, digest: digestOf(lines[shard]!),
      amount: due.filter((citizen) => citizen.shard === shard).reduce((sum, { amountCents }) => sum + amountCents, 0),
      lastRankedTransactions: lastRanked,
    }, differences);
  }
  return {
    payouts: expected.size,
    amountCents: due.reduce((sum, { amountCents }) => sum + amountCents, 0),
    digest: digestOf(lines.flat()),
  };
}

function auditManifest(
  found: PeriodClosure | undefined, where: string, expected: Omit<PeriodClosure, 'programme' | 'period' | 'kind' | 'shard'>, differences: Differences,
): void {
  if (found === undefined) {
    differences.add('manifest-missing', where, expected.digest, null);
    return;
  }
  for (const field of ['shards', 'citizens', 'payouts', 'amount', 'digest', 'lastRankedTransactions'] as const) {
    differences.expect('manifest-differs', `${where} ${field}`, expected[field], found[field]);
  }
}

/** By id; a repeat must have the same bytes. */
async function foundPayouts(context: Context, period: Period, kind: PayoutKind, differences: Differences): Promise<Map<string, Payout>> {
  const found = new Map<string, Payout>();
  const digests = new Map<string, string>();
  for await (const { value: payout, record } of topicValues(context, 'payouts', context.serdes.payout)) {
    if (payout.programme !== context.programme.programme || payout.period !== period.id || payout.kind !== kind) continue;
    const digest = createHash('sha256').update(record.value!).digest('base64');
    if (digests.has(payout.payoutId) && digests.get(payout.payoutId) !== digest) {
      differences.add('payout-repeat-differs', `${kind} ${payout.payoutId}`, found.get(payout.payoutId)!.amount, payout.amount);
      continue;
    }
    digests.set(payout.payoutId, digest);
    found.set(payout.payoutId, payout);
  }
  return found;
}

/** A citizen's adjustments sum to what all the records would pay, less what was paid. */
async function auditAdjustments(
  context: Context, period: Period, citizens: readonly ExpectedCitizen[], differences: Differences,
): Promise<void> {
  const once = new Map<string, Adjustment>();
  const sums = new Map<string, number>();
  for await (const { value: adjustment } of topicValues(context, 'adjustments', context.serdes.adjustment)) {
    if (adjustment.programme !== context.programme.programme || adjustment.period !== period.id) continue;
    const known = once.get(adjustment.adjustmentId);
    if (known !== undefined) {
      differences.expect('adjustment-repeat-differs', adjustment.adjustmentId, known.amount, adjustment.amount);
      continue;
    }
    once.set(adjustment.adjustmentId, adjustment);
    sums.set(adjustment.citizenId, (sums.get(adjustment.citizenId) ?? 0) + adjustment.amount);
  }
  for (const { citizenId, paidCents, wouldPayCents } of citizens) {
    differences.expect('adjustment-sum', citizenId, wouldPayCents - paidCents, sums.get(citizenId) ?? 0);
    sums.delete(citizenId);
  }
  for (const [citizenId, cents] of [...sums].sort(([a], [b]) => compareText(a, b))) {
    differences.expect('adjustment-sum', citizenId, 0, cents);
  }
}

function describe(amountCents: number, transactions: number): string {
  return `${amountCents} cents for ${transactions} transactions`;
}
