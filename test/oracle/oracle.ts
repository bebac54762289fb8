/**
 * The contract from the lines of its input files to the five files of `replay`, as plainly as it can be said: no care for
 * speed, nothing shared with the program. Written from the contract alone, so that a misreading is not made twice.
 * Controls replace one rule.
 */
import { createHash } from 'node:crypto';
import { instantOf, localOf } from './calendar.ts';
import { applyEnrolments, type Cards } from './cards.ts';
import { fillLedgers, type Ledgers } from './ledgers.ts';
import { readEnrolments, readTransactions } from './reading.ts';
import { bytes, CONTRACT, type Rules } from './rules.ts';
import { totalOf } from './totals.ts';
import type { Bad, Enrolment, FiveFiles, Period, ProgrammeFile, Total, Transaction, World } from './world.ts';

export interface Payout {
  readonly period: string;
  readonly kind: 'CASHBACK' | 'SUPER_CASHBACK';
  readonly citizenId: string;
  readonly transactions: number;
  readonly cents: bigint;
}

/** What comes of records: rows of the files, sorted. */
export interface Decided {
  readonly cards: Cards;
  readonly ledgers: Ledgers;
  readonly totals: readonly Cell[][];
  readonly payouts: readonly Payout[];
  readonly adjustments: readonly Cell[][];
  /** What all the records would pay, by `citizenId,period`; 0 is left out. */
  readonly wouldPay: ReadonlyMap<string, bigint>;
}

export function oracle(world: World, rules: Rules = CONTRACT): FiveFiles {
  const { programme } = world;
  const enrolments = readEnrolments(world.enrolments, rules);
  const transactions = readTransactions(world.transactions, programme.timeZone, rules);
  const { cards, ledgers, totals, payouts, adjustments } =
    decide(programme, enrolments.records, transactions.records.toSorted(rules.order), world.asOf, rules);
  const badEnrolments = [...enrolments.bad, ...cards.bad];
  const badTransactions = [...transactions.bad, ...ledgers.bad];
  const refused = enrolments.refused + transactions.refused;

  return {
    'totals.csv': csv('citizenId,period,transactions,cashbackCents', totals),
    'payouts.csv': csv('payoutId,citizenId,period,kind,transactions,amountCents', payouts.map((payout) => [
      idOf(programme.programme, payout.period, payout.kind, payout.citizenId),
      payout.citizenId, payout.period, payout.kind, payout.transactions, payout.cents,
    ])),
    'adjustments.csv': csv('citizenId,period,amountCents', adjustments),
    'quarantine.csv': csv('source,line,reason,field', [...badEnrolments, ...badTransactions]
      .toSorted((a, b) => bytes(a.source, b.source) || a.line - b.line)
      .map(({ source, line, reason, field }) => [source, line, reason, field])),
    'summary.json': `${JSON.stringify({
      files: { read: world.enrolments.length + world.transactions.length - refused, refused },
      enrolments: {
        read: cards.applied + cards.unchanged + badEnrolments.length,
        applied: cards.applied, unchanged: cards.unchanged, quarantined: badEnrolments.length,
      },
      transactions: {
        read: transactions.records.length + transactions.bad.length,
        applied: ledgers.applied, duplicate: ledgers.duplicate, dropped: ledgers.dropped, quarantined: counted(badTransactions),
      },
      payouts: { count: payouts.length, amountCents: Number(payouts.reduce((sum, { cents }) => sum + cents, 0n)) },
    })}\n`,
  };
}

/** Of well-formed records, in the order in which they come to the ledgers. */
export function decide(
  programme: ProgrammeFile, enrolments: readonly Enrolment[], transactions: readonly Transaction[], asOf: string, rules: Rules = CONTRACT,
): Decided {
  const periods = periodsOf(programme, rules);
  const cards = applyEnrolments(enrolments, programme.timeZone, rules);
  const ledgers = fillLedgers(transactions, cards.holdings, periods, programme.currency, rules);
  const onTime = totalsOf(ledgers, periods, (trx, period) => rules.isOnTime(trx, period), rules);
  const everything = totalsOf(ledgers, periods, () => true, rules);
  const closed = periods.filter((period) => rules.isClosed(period, instantOf(asOf)!));
  const payouts = closed.flatMap((period) => payoutsOf(period, onTime.get(period)!, rules));
  return {
    cards, ledgers,
    totals: periods
      .flatMap((period) => onTime.get(period)!.map((total) => [total.citizenId, period.id, total.transactions, total.cents]))
      .toSorted((a, b) => by(a, b, 0) || by(a, b, 1)),
    payouts: payouts.toSorted((a, b) => bytes(a.period, b.period) || bytes(a.kind, b.kind) || bytes(a.citizenId, b.citizenId)),
    adjustments: closed
      .flatMap((period) => adjustmentsOf(period, everything.get(period)!, payouts, rules))
      .toSorted((a, b) => by(a, b, 0) || by(a, b, 1)),
    wouldPay: new Map(periods.flatMap((period) => everything.get(period)!
      .filter((total) => rules.isPaid(total, period))
      .map((total) => [`${total.citizenId},${period.id}`, total.cents]))),
  };
}

function periodsOf({ periods, timeZone }: ProgrammeFile, rules: Rules): Period[] {
  return periods.map((period) => {
    const untilMs = localOf(period.until, timeZone);
    return { ...period, fromMs: localOf(period.from, timeZone), untilMs, deadlineMs: rules.deadline(untilMs, period.grace, timeZone) };
  });
}

type Takes = (trx: Transaction, period: Period) => boolean;

/** Of each period, every citizen with an applied payment in it. */
function totalsOf(ledgers: Ledgers, periods: readonly Period[], takes: Takes, rules: Rules): Map<Period, Total[]> {
  return new Map(periods.map((period) => [period, [...ledgers.citizens].flatMap(([citizenId, ledger]) => {
    const total = totalOf(citizenId, [...ledger.values()].filter((trx) => takes(trx, period)), period, rules);
    return total === null ? [] : [total];
  })]));
}

/** Rule 6. */
function payoutsOf(period: Period, totals: readonly Total[], rules: Rules): Payout[] {
  const paid = totals.filter((total) => rules.isPaid(total, period));
  const winners = paid.toSorted(rules.ranking).slice(0, period.superCashback?.ranks ?? 0);
  return [
    ...paid.map((total): Payout => ({ ...total, period: period.id, kind: 'CASHBACK' })),
    ...winners.map((total): Payout =>
      ({ ...total, period: period.id, kind: 'SUPER_CASHBACK', cents: BigInt(period.superCashback!.cents) })),
  ];
}

/** Rule 7. */
function adjustmentsOf(period: Period, totals: readonly Total[], payouts: readonly Payout[], rules: Rules): Cell[][] {
  return totals.flatMap((total) => {
    const wouldPay = rules.isPaid(total, period) ? total.cents : 0n;
    const paid = payouts.find((payout) =>
      payout.kind === 'CASHBACK' && payout.period === period.id && payout.citizenId === total.citizenId)?.cents ?? 0n;
    return wouldPay === paid ? [] : [[total.citizenId, period.id, wouldPay - paid]];
  });
}

/** Rule 8. */
function idOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

export type Cell = string | number | bigint;

function csv(header: string, rows: readonly (readonly Cell[])[]): string {
  const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [header, ...rows.map((row) => row.map((cell) => quoted(String(cell))).join(','))].map((line) => `${line}\n`).join('');
}

function by(a: readonly Cell[], b: readonly Cell[], column: number): number {
  return bytes(String(a[column]), String(b[column]));
}

function counted(bad: readonly Bad[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of bad) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
