/** The oracle's rules, each broken in one point: what a misreading of the contract looks like. */
import { after, midnight } from '../oracle/calendar.ts';
import { bytes, CONTRACT, max, min, type Rules } from '../oracle/rules.ts';

export const MUTANTS: Readonly<Record<string, Partial<Rules>>> = {
  'grace in elapsed time': {
    deadline: (untilMs, grace) => after(untilMs, grace, 'UTC'),
  },
  'events may be backdated': { eventTime: (event) => event.at },
  'a card counts from its enrolment on': { heldFrom: (timeMs) => timeMs },
  'a card counts on the day of its enrolment': { heldFrom: (timeMs, timeZone) => midnight(timeMs, 0, timeZone) },
  'a card counts until its removal': { heldUntil: (timeMs) => timeMs },
  'a card counts a day longer': { heldUntil: (timeMs, timeZone) => midnight(timeMs, 2, timeZone) },
  'midnights of UTC': {
    heldFrom: (timeMs) => midnight(timeMs, 1, 'UTC'), heldUntil: (timeMs) => midnight(timeMs, 1, 'UTC'),
  },
  'a card may be taken over': { isCardTaken: () => false },
  'the case of hashPan matters': { card: (hashPan) => hashPan },
  'files as given, not by name': { order: (a, b) => a.arrival - b.arrival || a.file - b.file || a.line - b.line },
  'names by UTF-16': { order: (a, b) => a.arrival - b.arrival || utf16(a.source, b.source) || a.file - b.file || a.line - b.line },
  'not in order of arrival': { order: (a, b) => bytes(a.source, b.source) || a.file - b.file || a.line - b.line },
  'future from ten minutes on': { isFuture: (trx) => trx.trxDate >= trx.arrival + 600_000 },
  'future without tolerance': { isFuture: (trx) => trx.trxDate > trx.arrival },
  'late only after the deadline': {
    isLate: (trx, period) => trx.arrival > period.deadlineMs, isOnTime: (trx, period) => trx.arrival <= period.deadlineMs,
  },
  'never late': { isLate: () => false },
  'every virtual reversal is dropped': { isOnline: (trx) => trx.posType === '01' },
  'no virtual reversal is dropped': { isOnline: (trx) => trx.posType === '01' && trx.operationType === '00' },
  'a reversal is for the latest holder only': { receivers: (holders) => holders.slice(-1) },
  'a reversal is counted with the first holder': { receivers: (holders) => holders.toReversed() },
  'identity without acquirerId': { identity: (trx) => CONTRACT.identity({ ...trx, acquirerId: '' }) },
  'identity without operationType': { identity: (trx) => CONTRACT.identity({ ...trx, operationType: '' }) },
  'identity with hashPan': { identity: (trx) => CONTRACT.identity(trx) + trx.card },
  'hashPan is no content': { content: (trx) => CONTRACT.content({ ...trx, card: '' }) },
  'correlationId is no content': { content: (trx) => CONTRACT.content({ ...trx, correlationId: '' }) },
  'posType is content': { content: (trx) => CONTRACT.content(trx) + trx.posType },
  'the last of a conflict stands': { stands: (_first, second) => second },
  'correlated: any card': { correlated: (trx) => CONTRACT.correlated({ ...trx, card: '' }) },
  'correlated: the latest first': { takenFirst: (a, b) => CONTRACT.takenFirst(b, a) },
  'correlated: of one instant the smaller first': { takenFirst: (a, b) => a.trxDate - b.trxDate || Number(a.amount - b.amount) },
  'uncorrelated: another amount': { uncorrelated: (trx) => CONTRACT.uncorrelated({ ...trx, amount: 0n }) },
  'uncorrelated: the earliest': { choose: (payments) => payments[0] },
  'uncorrelated: strictly before': { mayTake: (reversal, payment) => payment.trxDate < reversal.trxDate },
  'uncorrelated: also after': { mayTake: () => true },
  'round half up': {
    cashback: (amount, reversed, period) =>
      min(BigInt(period.transactionCapCents), (max(amount - reversed, 0n) * BigInt(period.rateBasisPoints) + 5000n) / 10_000n),
  },
  'rounded down': {
    cashback: (amount, reversed, period) =>
      min(BigInt(period.transactionCapCents), (max(amount - reversed, 0n) * BigInt(period.rateBasisPoints)) / 10_000n),
  },
  'the cap before the reversal': {
    cashback: (amount, reversed, period) =>
      max(CONTRACT.cashback(amount, 0n, period) - CONTRACT.cashback(reversed, 0n, { ...period, transactionCapCents: 1e12 }), 0n),
  },
  'reversed payments count': { counts: (amount) => amount > 0n },
  'payments of 0 count': { counts: (amount, reversed) => amount >= reversed && reversed === 0n },
  'no cap of the period': { capped: (cents) => cents },
  'late reversals change what is paid': { isOnTime: () => true },
  'a period closes after its deadline only': { isClosed: (period, asOfMs) => period.deadlineMs < asOfMs },
  'every period is closed': { isClosed: () => true },
  'more than the minimum': { isPaid: (total, period) => total.transactions > period.minimumTransactions && total.cents > 0n },
  'payouts of 0': { isPaid: (total, period) => total.transactions >= period.minimumTransactions },
  'ranking: the later first': { ranking: (a, b) => b.transactions - a.transactions || b.lastMs - a.lastMs || bytes(a.citizenId, b.citizenId) },
  'ranking: not by time': { ranking: (a, b) => b.transactions - a.transactions || bytes(a.citizenId, b.citizenId) },
  'ranking: fewer first': { ranking: (a, b) => CONTRACT.ranking({ ...b, lastMs: a.lastMs }, { ...a, lastMs: b.lastMs }) },
  'ranking: ids descending': { ranking: (a, b) => b.transactions - a.transactions || a.lastMs - b.lastMs || bytes(b.citizenId, a.citizenId) },
};

function utf16(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
