/**
 * `tornaconto replay`: the whole pipeline on files, in this process. Contract, section 6.
 */
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseInstant } from '../programme/instant.ts';
import { parseProgramme } from '../programme/parse.ts';
import type { Programme } from '../programme/programme.ts';
import { hasRefusals } from '../reports/figures.ts';
import { replay, type ReplayResult } from '../replay/replay.ts';
import { EXIT, UsageError } from './exit.ts';
import { ProgressView } from './progress-view.ts';
import { summaryText } from './summary-text.ts';

export interface ReplayArguments {
  readonly programme: string;
  readonly enrolments: readonly string[];
  readonly transactions: readonly string[];
  readonly out: string;
  /** Milliseconds since the epoch; absent = now. */
  readonly asOf?: number;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('Run the whole pipeline on files, in this process, with no server.')
    .requiredOption('--programme <file>', 'the programme: its periods and their rules (JSON)')
    .requiredOption('--enrolments <files...>', 'enrolled and removed cards (CSV)')
    .requiredOption('--transactions <files...>', 'acquirers\' files (RTD standard; .gz too)')
    .requiredOption('--out <dir>', 'where the five files are written')
    .addOption(new Option('--as-of <instant>', 'close the periods whose deadline is not after this').argParser(instant).default(undefined, 'now'))
    .action(async (args: ReplayArguments) => {
      const result = await runReplay(args);
      for (const { message } of result.refusals) console.error(`tornaconto: ${message}`);
      console.log(summaryText(result.summary, args.out, result.periods));
      process.exitCode = hasRefusals(result.summary) ? EXIT.refused : EXIT.done;
    });
}

/** @throws ProgrammeError, UsageError, FeedError */
export async function runReplay(args: ReplayArguments): Promise<ReplayResult> {
  const programme = await readProgramme(args.programme);
  const view = new ProgressView();
  try {
    return await replay({
      programme,
      enrolments: args.enrolments,
      transactions: args.transactions,
      outDir: args.out,
      asOfMs: args.asOf ?? Date.now(),
      onProgress: (progress) => { view.show(progress); },
    });
  } finally {
    view.end();
  }
}

/** @throws UsageError, ProgrammeError */
export async function readProgramme(path: string): Promise<Programme> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`${path}: cannot be opened (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'})`, { cause });
  }
  return parseProgramme(text);
}

function instant(text: string): number {
  const ms = parseInstant(text);
  if (ms === null) throw new InvalidArgumentError('It must be an instant such as 2021-08-01T00:00:00+02:00.');
  return ms;
}
