/**
 * `npm run bench`: what `tornaconto replay` costs, beside what only reading and splitting the same files costs.
 *
 *     npm run bench                               100 thousand, 1 million and 4 million lines; some minutes
 *     npm run bench -- --lines 100000             a quick look
 *
 * Each run is a process of its own, start included; reading is measured before and after each replay, so that both see
 * the same machine. A run whose figures are wrong fails (exit 1); a goal that is missed is only said, since other
 * machines, and busy ones, have other times.
 */
import { availableParallelism, cpus } from 'node:os';
import { dataSet, type DataSet } from './data-set.ts';
import { measured, type Measured } from './measured.ts';
import { optionsOf, OptionsError } from './options.ts';
import { goalLine, goalsOf, tableOf, type Result } from './results.ts';
import { problemsOf } from './validation.ts';

/** After both deadlines: all periods close, all payouts are made. */
const AS_OF = '2021-09-01T00:00:00Z';
/** Exit codes of `replay`; every data set holds lines that are refused. */
const DONE_WITH_REFUSALS = 3;

async function benchmark(data: DataSet): Promise<Result> {
  const files = [...data.enrolments, ...data.transactions];
  const before = await read(files);
  const replay = await measured('cli/main.ts', [
    'replay', '--programme', data.programme, '--enrolments', ...data.enrolments, '--transactions', ...data.transactions,
    '--out', data.outDir, '--as-of', AS_OF,
  ]);
  if (replay.exitCode !== DONE_WITH_REFUSALS) throw new Error(`replay ended with exit code ${replay.exitCode}\n${replay.stderr}`);
  const problems = await problemsOf(data.outDir, data.expected, files.length);
  if (problems.length > 0) throw new Error(`replay of ${data.transactionLines} lines is wrong:\n${problems.join('\n')}`);
  const after = await read(files);
  return {
    citizens: data.citizens, transactionLines: data.transactionLines, lines: Number(before.stdout), files: files.length,
    reading: {
      wallMs: (before.wallMs + after.wallMs) / 2,
      cpuMs: (before.cpuMs + after.cpuMs) / 2,
      peakMiB: Math.max(before.peakMiB, after.peakMiB),
    },
    replay,
  };
}

async function read(files: readonly string[]): Promise<Measured> {
  const run = await measured('bench/read-and-split.ts', files);
  if (run.exitCode !== 0) throw new Error(`reading ended with exit code ${run.exitCode}\n${run.stderr}`);
  return run;
}

try {
  const { lines } = optionsOf(process.argv.slice(2));
  console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`);
  console.log('Generated data, five payments a citizen. Small data sets have small files: a day of an acquirer is a file at any size.\n');
  const results: Result[] = [];
  for (const count of lines) {
    console.error(`${count.toLocaleString('en')} lines …`);
    results.push(await benchmark(await dataSet(count)));
  }
  console.log(`${tableOf(results)}\n`);
  for (const goal of goalsOf(results)) console.log(goalLine(goal));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof OptionsError ? 2 : 1;
}
