/**
 * `npm run demo`: Christmas 2020 for some hundred citizens, with everything in it that can be refused.
 *
 * 1. makes the files, 2. runs `replay` on them, 3. checks that what it dropped, refused and paid is what it should be,
 * 4. tells one citizen's story. Exit 0 when everything agrees, 1 otherwise.
 */
import { join } from 'node:path';
import { styleText } from 'node:util';
import { runReplay } from '../cli/replay.ts';
import { generate } from '../generate/generate.ts';
import type { Generated } from '../generate/generate.ts';
import type { Programme } from '../programme/programme.ts';
import { hasRefusals } from '../reports/figures.ts';
import { compareCounts, compareResults, totalsRowsOf } from './check.ts';
import { chooseCitizen } from './choose.ts';
import { citizenCases } from './citizen-case.ts';
import type { CitizenCase } from './citizen-case.ts';
import { judgeData } from './judged-data.ts';
import type { JudgedData } from './judged-data.ts';
import { tellStory } from './story.ts';
import type { Tone } from './story.ts';

/** Its only argument, or a folder of the checkout that git ignores. */
const FOLDER = process.argv[2] ?? join(import.meta.dirname, '..', 'out', 'demo');
const DATA = join(FOLDER, 'data');
const RESULTS = join(FOLDER, 'results');
/** Of the seeds tried, the one with the fullest story. */
const SIZE = { seed: 12, citizens: 400, payments: 8000, window: 'christmas', spoilt: true } as const;

const STYLES: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  title: 'bold', earns: 'green', counts: 'cyan', drops: 'dim', quarantine: 'yellow', plain: 'reset',
};

/** In colour on a terminal, plain elsewhere; nothing at all around plain text. */
function say(text: string, tone: Tone = 'plain'): void {
  console.log(tone === 'plain' ? text : styleText(STYLES[tone], text, { stream: process.stdout }));
}

const inData = (names: readonly string[]): string[] => names.map((name) => join(DATA, name));

/** Whether replay's counts are the planted ones. */
async function checkReplay(generated: Generated): Promise<boolean> {
  const { summary } = await runReplay({
    programme: join(DATA, generated.programme),
    enrolments: inData(generated.enrolments),
    transactions: inData(generated.transactions),
    out: RESULTS,
  });
  const counts = compareCounts(generated, summary);
  say('');
  say(`${''.padEnd(30)}${'planted'.padStart(10)}${'found'.padStart(10)}`, 'title');
  for (const { what, planted, found } of counts) {
    const right = planted === found;
    say(`${what.padEnd(30)}${String(planted).padStart(10)}${String(found).padStart(10)}  ${right ? '✓' : '✗'}`, right ? 'plain' : 'quarantine');
  }
  // Nothing refused would be wrong too: `tornaconto replay` ends with exit code 3 here.
  return hasRefusals(summary) && counts.every(({ planted, found }) => planted === found);
}

/** Whether every citizen's rows are what the plain rules say of the citizen's records. */
async function checkResults(cases: readonly CitizenCase[], programme: Programme): Promise<boolean> {
  const results = await compareResults(cases, programme, RESULTS);
  say('');
  for (const { file, rows, differing } of results) {
    const verdict = differing === 0 && rows > 0 ? 'the same ✓' : `${differing} differ ✗`;
    say(`${file.padEnd(18)}${String(rows).padStart(5)} rows, computed again citizen by citizen: ${verdict}`, differing === 0 ? 'plain' : 'quarantine');
  }
  return results.every(({ rows, differing }) => differing === 0 && rows > 0);
}

/** Tells the story; whether its sums are the citizen's rows. */
async function checkStory(cases: readonly CitizenCase[], data: JudgedData): Promise<boolean> {
  const citizen = chooseCitizen(cases, data);
  const { lines, sums } = tellStory(citizen, data);
  say('');
  for (const { text, tone } of lines) say(text, tone);
  const told = sums.map(({ period, transactions, cashbackCents }) => `${citizen.citizenId},${period},${transactions},${cashbackCents}`);
  const written = await totalsRowsOf(citizen.citizenId, RESULTS);
  const right = told.toSorted().join('\n') === written.join('\n');
  say('');
  say(`totals.csv says the same: ${written.join(' and ')} ${right ? '✓' : '✗'}`, right ? 'plain' : 'quarantine');
  return right;
}

async function main(): Promise<number> {
  say(`Christmas 2020: ${SIZE.citizens} citizens, ${SIZE.payments} transaction lines, seed ${SIZE.seed}`, 'title');
  const generated = await generate({ ...SIZE, outDir: DATA });
  say(`${generated.enrolments.length} enrolment files, ${generated.transactions.length} transaction files`);
  const counts = await checkReplay(generated);
  const data = await judgeData(join(DATA, generated.programme), inData(generated.enrolments), inData(generated.transactions));
  const cases = citizenCases(data);
  const results = await checkResults(cases, data.programme);
  const story = await checkStory(cases, data);
  const right = counts && results && story;
  say(right ? 'All is as it should be.' : 'Something is not as it should be: see ✗ above.', right ? 'title' : 'quarantine');
  return right ? 0 : 1;
}

process.exitCode = await main();
