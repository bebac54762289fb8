/**
 * Generated files with the answer that `replay` gives for them: what a run on servers is held against.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inspect } from '../../feeds/inspection.ts';
import { generate } from '../../generate/generate.ts';
import { parseProgramme } from '../../programme/parse.ts';
import type { Programme } from '../../programme/programme.ts';
import { replay } from '../../replay/replay.ts';
import { asPublished, readAnswer, type Answer } from './answer.ts';

export interface DataSet {
  readonly folder: string;
  readonly programmeFile: string;
  readonly programme: Programme;
  /** In the order in which they are to be read. */
  readonly enrolments: readonly string[];
  /** In the order of their arrival. */
  readonly transactions: readonly string[];
  /** File name by digest, as records carry it; of files with the same content, which are published once, the first. */
  readonly names: ReadonlyMap<string, string>;
  /** What a run on servers must come to once all is folded and all periods are closed. */
  readonly expected: Answer;
  remove(): Promise<void>;
}

export interface DataSetSize {
  readonly seed: number;
  readonly citizens: number;
  readonly payments: number;
  /** Default `christmas`: the first period, in few files. `programme`: both, in some 2,000. */
  readonly window?: 'christmas' | 'programme';
}

export async function makeDataSet({ seed, citizens, payments, window = 'christmas' }: DataSetSize): Promise<DataSet> {
  const folder = await mkdtemp(join(tmpdir(), 'tornaconto-e2e-'));
  const data = join(folder, 'data');
  const made = await generate({ seed, citizens, payments, outDir: data, window });
  const paths = (names: readonly string[]): string[] => names.map((name) => join(data, name));
  const enrolments = paths(made.enrolments);
  const transactions = paths(made.transactions.toSorted(byArrival));
  const programmeFile = join(data, made.programme);
  const programme = parseProgramme(await readFile(programmeFile, 'utf8'));
  const digests = await Promise.all([
    ...enrolments.map((path) => digestOf(path, 'enrolments')), ...transactions.map((path) => digestOf(path, 'transactions')),
  ]);
  const names = new Map<string, string>();
  for (const [i, path] of [...enrolments, ...transactions].entries()) {
    if (!names.has(digests[i]!)) names.set(digests[i]!, basename(path));
  }
  const once = new Set(names.values());
  const answerOf = async (name: string, files: readonly string[]): Promise<Answer> => {
    const outDir = join(folder, name);
    await replay({ programme, enrolments, transactions: files, outDir, asOfMs: Date.now() });
    return readAnswer(outDir);
  };
  const all = await answerOf('replayed', transactions);
  const published = asPublished(await answerOf('replayed-once', transactions.filter((path) => once.has(basename(path)))));
  return {
    folder, programmeFile, programme, enrolments, transactions, names,
    // The money of all files, the counts of those that reach Kafka.
    expected: { ...published, totals: all.totals, payouts: all.payouts, adjustments: all.adjustments },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `count` pieces of about the same number of files, in order. */
export function slicesOf(files: readonly string[], count: number): string[][] {
  return Array.from({ length: count }, (_, i) =>
    files.slice(Math.floor((i * files.length) / count), Math.floor(((i + 1) * files.length) / count)));
}

async function digestOf(path: string, kind: 'enrolments' | 'transactions'): Promise<string> {
  const { refused, ...inspection } = await inspect(path, kind, { digest: true });
  if (refused !== null || !('file' in inspection)) throw new Error(`${basename(path)} is refused`);
  return inspection.file.sha256!;
}

/** CSTAR.<acquirer>.TRNLOG.<date>.<time>.<number>.csv, by date and time, then by name. */
function byArrival(a: string, b: string): number {
  const arrival = (name: string): string => name.split('.').slice(3, 5).join('');
  return arrival(a) < arrival(b) ? -1 : arrival(a) > arrival(b) ? 1 : a < b ? -1 : 1;
}
