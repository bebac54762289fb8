/** A citizen's records to the total in a period. Contract, rules 4 and 5. */
import { max, min, type Rules } from './rules.ts';
import type { Period, Total, Transaction } from './world.ts';

/** Null when there is no payment of the period among the records. */
export function totalOf(citizenId: string, records: readonly Transaction[], period: Period, rules: Rules): Total | null {
  const reversed = reversedOf(records, rules);
  const payments = [...reversed].filter(([{ trxDate }]) => period.fromMs <= trxDate && trxDate < period.untilMs);
  if (payments.length === 0) return null;
  const counted = payments.filter(([{ amount }, off]) => rules.counts(amount, off));
  const cents = payments.map(([{ amount }, off]) => rules.cashback(amount, off, period)).reduce((sum, one) => sum + one, 0n);
  return {
    citizenId,
    transactions: counted.length,
    cents: rules.capped(cents, period),
    lastMs: Math.max(...counted.map(([{ trxDate }]) => trxDate)),
  };
}

/** Every payment with the cents that are reversed of it. */
function reversedOf(records: readonly Transaction[], rules: Rules): Map<Transaction, bigint> {
  const payments = records.filter(({ operationType }) => operationType === '00');
  const reversals = records.filter(({ operationType }) => operationType === '01').toSorted((a, b) => a.trxDate - b.trxDate);
  const reversed = new Map(payments.map((payment) => [payment, 0n]));

  for (const key of new Set(reversals.filter(isCorrelated).map(rules.correlated))) {
    const ofKey = (trx: Transaction) => isCorrelated(trx) && rules.correlated(trx) === key;
    let left = reversals.filter(ofKey).reduce((sum, { amount }) => sum + amount, 0n);
    for (const payment of payments.filter(ofKey).toSorted(rules.takenFirst)) {
      const taken = min(left, payment.amount);
      reversed.set(payment, taken);
      left = max(left - taken, 0n);
    }
  }

  const free = new Set(payments.filter((payment) => !isCorrelated(payment)));
  for (const reversal of reversals.filter((trx) => !isCorrelated(trx))) {
    const fitting = [...free]
      .filter((payment) => rules.uncorrelated(payment) === rules.uncorrelated(reversal) && rules.mayTake(reversal, payment))
      .toSorted((a, b) => a.trxDate - b.trxDate);
    const payment = rules.choose(fitting);
    if (payment === undefined) continue;
    free.delete(payment);
    reversed.set(payment, payment.amount);
  }
  return reversed;
}

function isCorrelated({ correlationId }: Transaction): boolean {
  return correlationId !== '';
}
