/**
 * What `replay` wrote against what is known: the planted counts, and every citizen's totals by the plain rules.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Generated } from '../generate/generate.ts';
import { payoutId } from '../programme/ids.ts';
import { DROP_REASONS } from '../programme/outcome.ts';
import type { Programme } from '../programme/programme.ts';
import { payCents } from '../programme/totals.ts';
import type { Summary } from '../reports/figures.ts';
import type { CitizenCase } from './citizen-case.ts';

export interface Comparison {
  readonly what: string;
  readonly planted: number;
  readonly found: number;
}

/** A line for each outcome, on either side; refused files too. */
export function compareCounts({ expected }: Generated, { files, enrolments, transactions }: Summary): Comparison[] {
  const events = expected.enrolments.outcomes;
  const { applied = 0, unchanged = 0, ...refusedEvents } = events;
  const planted = expected.transactions.outcomes;
  const dropped: Readonly<Record<string, number | undefined>> = transactions.dropped;
  const quarantined: Readonly<Record<string, number | undefined>> = transactions.quarantined;
  const reasons = new Set([...Object.keys(planted), ...Object.keys(quarantined)]);
  for (const counted of ['applied', 'duplicate', ...DROP_REASONS]) reasons.delete(counted);
  const plantedOf = (outcome: string): number => (planted as Readonly<Record<string, number | undefined>>)[outcome] ?? 0;
  return [
    { what: 'files refused whole', planted: expected.filesRefused, found: files.refused },
    { what: 'enrolment events read', planted: expected.enrolments.read, found: enrolments.read },
    { what: 'events applied', planted: applied, found: enrolments.applied },
    { what: 'events that change nothing', planted: unchanged, found: enrolments.unchanged },
    { what: 'events quarantined', planted: Object.values(refusedEvents).reduce((a, b) => a + b, 0), found: enrolments.quarantined },
    { what: 'transactions read', planted: expected.transactions.read, found: transactions.read },
    { what: 'applied', planted: plantedOf('applied'), found: transactions.applied },
    { what: 'duplicate', planted: plantedOf('duplicate'), found: transactions.duplicate },
    ...DROP_REASONS.map((reason) => ({ what: `dropped ${reason}`, planted: plantedOf(reason), found: dropped[reason] ?? 0 })),
    ...[...reasons].sort().map((reason) => ({ what: `quarantined ${reason}`, planted: plantedOf(reason), found: quarantined[reason] ?? 0 })),
  ];
}

/** The lines of a result without its header. Ids and numbers are never quoted. */
async function rowsOf(outDir: string, file: string): Promise<string[]> {
  return (await readFile(join(outDir, file), 'utf8')).split('\n').slice(1, -1);
}

export interface RowsCheck {
  readonly file: string;
  readonly rows: number;
  /** How many rows only one side has: the file, or the plain rules. */
  readonly differing: number;
}

function compareRows(file: string, written: readonly string[], computed: readonly string[]): RowsCheck {
  const [ofFile, ofRules] = [new Set(written), new Set(computed)];
  const differing = written.filter((row) => !ofRules.has(row)).length + computed.filter((row) => !ofFile.has(row)).length;
  return { file, rows: written.length, differing };
}

/**
 * Every row that follows from one citizen's records alone, against the files; all periods must be closed. What is left
 * out is SUPER_CASHBACK, which needs all citizens at once.
 */
export async function compareResults(cases: readonly CitizenCase[], programme: Programme, outDir: string): Promise<RowsCheck[]> {
  const totals = cases.flatMap((citizen) => citizen.totals.map((total) => ({ citizen, total })));
  const paid = totals.filter(({ total }) => payCents(total) > 0);
  const adjusted = totals.flatMap(({ citizen, total }) => {
    const final = citizen.finalTotals.find(({ period }) => period.id === total.period.id);
    const cents = payCents(final) - payCents(total);
    return cents === 0 ? [] : [`${citizen.citizenId},${total.period.id},${cents}`];
  });
  return [
    compareRows('totals.csv', await rowsOf(outDir, 'totals.csv'), totals.map(({ citizen, total }) =>
      `${citizen.citizenId},${total.period.id},${total.transactions},${total.cashbackCents}`)),
    compareRows('payouts.csv', (await rowsOf(outDir, 'payouts.csv')).filter((row) => row.includes(',CASHBACK,')),
      paid.map(({ citizen: { citizenId }, total }) => [
        payoutId(programme.programme, total.period.id, 'CASHBACK', citizenId),
        citizenId, total.period.id, 'CASHBACK', total.transactions, payCents(total),
      ].join(','))),
    compareRows('adjustments.csv', await rowsOf(outDir, 'adjustments.csv'), adjusted),
  ];
}

/** A citizen's rows of totals.csv: `citizenId,period,transactions,cashbackCents`. */
export async function totalsRowsOf(citizenId: string, outDir: string): Promise<string[]> {
  return (await rowsOf(outDir, 'totals.csv')).filter((row) => row.startsWith(`${citizenId},`));
}
