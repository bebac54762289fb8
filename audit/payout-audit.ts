/**
 * Holds the payouts of a shard in the log against what the fold of the log says is due.
 */
import type { Context } from '../processors/context.ts';
import { PayoutTable } from '../processors/payout-table.ts';
import { partitionValues } from '../processors/topic-values.ts';
import { payoutId, type PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import type { Due } from '../processors/shard-payouts.ts';
import type { Payout } from '../schemas/generated/types.ts';
import type { Differences } from './differences.ts';

/** By payout id, the first of its content. */
export type FoundPayouts = ReadonlyMap<string, Payout>;

/** The shard's payouts of a period, by kind; repeats, places and keys are compared on the way. */
export async function foundPayouts(
  context: Context, shard: number, period: Period, differences: Differences,
): Promise<Readonly<Record<PayoutKind, FoundPayouts>>> {
  const found = { CASHBACK: new Map<string, Payout>(), SUPER_CASHBACK: new Map<string, Payout>() };
  for await (const { value: payout, record } of partitionValues(context, 'payouts', shard, context.serdes.payout)) {
    const { payoutId: id, kind, citizenId } = payout;
    const isOurs = payout.programme === context.programme.programme && context.programme.periods.some((known) => known.id === payout.period);
    if (!isOurs) differences.add('payout-extra', `${kind} ${id} of another programme or period`, null, contentOf(payout));
    if (!isOurs || payout.period !== period.id) continue;
    if (record.key?.toString() !== citizenId) differences.add('payout-misplaced', `${kind} ${id}`, citizenId, 'another key');
    const known = found[kind].get(id);
    if (known === undefined) found[kind].set(id, payout);
    else differences.expect('payout-repeat-differs', `${kind} ${id}`, contentOf(known), contentOf(payout));
  }
  return found;
}

/** Answers the payouts that are due, for the manifest. */
export function auditPayouts(
  context: Context, period: Period, kind: PayoutKind, due: Iterable<Due>, found: FoundPayouts, differences: Differences,
): PayoutTable {
  const { programme } = context.programme;
  const table = new PayoutTable();
  for (const { citizenId, transactions, amountCents } of due) {
    const id = payoutId(programme, period.id, kind, citizenId);
    table.add(id, amountCents);
    const payout = found.get(id);
    const expected = contentOf({ citizenId, transactions, amount: amountCents, deadline: period.deadlineMs });
    if (payout === undefined) differences.add('payout-missing', `${kind} ${id}`, expected, null);
    else differences.expect('payout-differs', `${kind} ${id}`, expected, contentOf(payout));
  }
  // One that is due in another shard is extra here.
  for (const [id, payout] of found) {
    if (table.get(id) === undefined) differences.add('payout-extra', `${kind} ${id}`, null, contentOf(payout));
  }
  return table;
}

function contentOf({ citizenId, transactions, amount, deadline }: Pick<Payout, 'citizenId' | 'transactions' | 'amount' | 'deadline'>): string {
  return `${amount} cents to ${citizenId} for ${transactions} transactions by ${deadline}`;
}
