/**
 * `tornaconto generate`: realistic files and a programme, from a seed (contract, section 6).
 */
import { Command } from 'commander';
import { SingleBar } from 'cli-progress';
import { CITIZENS_MAX, ForeignFilesError, generate, PAYMENTS_MAX, SEED_MAX } from '../generate/generate.ts';
import type { Generated, GenerateOptions } from '../generate/generate.ts';
import { UsageError } from './exit.ts';

interface Options {
  readonly seed: string;
  readonly citizens: string;
  readonly payments: string;
  readonly out: string;
}

const LIMITS = { seed: [0, SEED_MAX], citizens: [1, CITIZENS_MAX], payments: [1, PAYMENTS_MAX] } as const;

/** Not an argument parser of commander's: the message it makes of a refusal repeats what was given. */
function wholeNumber(name: keyof typeof LIMITS, text: string): number {
  const [min, max] = LIMITS[name];
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name}: must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function generateCommand(): Command {
  return new Command('generate')
    .summary('make realistic files and a programme')
    .description('Makes a programme, enrolment files and transaction files. The same seed and sizes make the same bytes.')
    .option('--seed <n>', 'where all chance comes from', '1')
    .option('--citizens <n>', `citizens who enrol, up to ${CITIZENS_MAX}`, '1000')
    .option('--payments <n>', `lines of the transaction files in all, up to ${PAYMENTS_MAX}`, '50000')
    .requiredOption('--out <dir>', 'folder to write to; an earlier data set in it is replaced, anything else refused')
    .action(async (options: Options) => {
      const seed = wholeNumber('seed', options.seed);
      const citizens = wholeNumber('citizens', options.citizens);
      const payments = wholeNumber('payments', options.payments);
      const generated = await run({ seed, citizens, payments, outDir: options.out })
        .catch((error: unknown) => { throw asUsage(error); });
      process.stdout.write(summaryOf(generated, options.out));
    });
}

async function run(options: GenerateOptions): Promise<Generated> {
  // Silent when stderr is no terminal.
  const bar = new SingleBar({ format: '{bar} {percentage}% {value}/{total} lines', clearOnComplete: true });
  bar.start(options.payments, 0);
  try {
    return await generate({ ...options, onProgress: (lines) => bar.update(lines) });
  } finally {
    bar.stop();
  }
}

/** What the caller can mend is wrong use; the rest is a fault. */
function asUsage(error: unknown): unknown {
  if (error instanceof ForeignFilesError) return new UsageError(`--out: ${error.message}`);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new UsageError(`--out: the folder cannot be written (${code})`, { cause: error });
}

/** A path as a POSIX shell reads it back. */
function quoted(path: string): string {
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(path) && !path.startsWith('-') ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function summaryOf({ programme, enrolments, transactions, expected }: Generated, out: string): string {
  const dir = quoted(out.length > 1 ? out.replace(/\/+$/, '') : out);
  const outcomes = Object.entries(expected.transactions.outcomes)
    .sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`).join(', ');
  return `${enrolments.length} enrolment files, ${expected.enrolments.read} events
${transactions.length} transaction files, ${expected.transactions.read} lines: ${outcomes}

tornaconto replay --programme ${dir}/${programme} --enrolments ${dir}/enrolments-*.csv --transactions ${dir}/CSTAR.* --out ${dir}-replayed
`;
}
