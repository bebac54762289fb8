/**
 * The summary of a run as people read it: outcomes, periods, amounts in euro.
 */
import type { PeriodFigures } from '../reports/figures.ts';
import type { Summary } from '../reports/figures.ts';

const EURO = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const COUNT = new Intl.NumberFormat('en');

export function summaryText(summary: Summary, outDir: string, periods: readonly PeriodFigures[]): string {
  const { files, enrolments, transactions, payouts } = summary;
  return [
    section('files', [['read', files.read], ['refused', files.refused]]),
    section('enrolments', Object.entries(enrolments)),
    section('transactions', [
      ['read', transactions.read],
      ['applied', transactions.applied],
      ['duplicate', transactions.duplicate],
      ...prefixed('dropped', transactions.dropped),
      ...prefixed('quarantined', transactions.quarantined),
    ]),
    ...periods.map(periodText),
    section('payouts', [['count', payouts.count], ['amount', euro(payouts.amountCents)]]),
    `Written to ${outDir}: totals.csv, payouts.csv, adjustments.csv, quarantine.csv, summary.json`,
  ].join('\n');
}

export function euro(cents: number): string {
  return EURO.format(cents / 100);
}

function periodText({ id, closed, citizens, transactions, cashbackCents, paid, paidCents, adjustedCents }: PeriodFigures): string {
  return section(`period ${id} (${closed ? 'closed' : 'open'})`, [
    ['citizens', citizens],
    ['transactions', transactions],
    ['cashback', euro(cashbackCents)],
    ...(closed ? [['payouts', paid], ['paid', euro(paidCents)], ['adjusted', euro(adjustedCents)]] as [string, string | number][] : []),
  ]);
}

function prefixed(word: string, counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).filter(([, count]) => count > 0).map(([reason, count]) => [`${word} ${reason}`, count]);
}

function section(title: string, rows: readonly (readonly [string, string | number])[]): string {
  const values = rows.map(([, value]) => (typeof value === 'number' ? COUNT.format(value) : value));
  return [title, ...rows.map(([name], i) => `  ${name.padEnd(26)}${values[i]!.padStart(16)}`), ''].join('\n');
}
