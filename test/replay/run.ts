/** Runs the pipeline on a world, through real files. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseProgramme } from '../../programme/parse.ts';
import { replay } from '../../replay/replay.ts';
import { instantOf } from '../oracle/calendar.ts';
import type { FeedFile, FiveFiles, World } from '../oracle/world.ts';

const NAMES = ['totals.csv', 'payouts.csv', 'adjustments.csv', 'quarantine.csv', 'summary.json'] as const;

export async function replayed(world: World, seed = 0): Promise<FiveFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'tornaconto-replay-'));
  try {
    const outDir = join(folder, 'out');
    await replay({
      programme: parseProgramme(JSON.stringify(world.programme)),
      enrolments: await put(folder, 'e', world.enrolments),
      transactions: await put(folder, 't', world.transactions),
      outDir, asOfMs: instantOf(world.asOf)!, seed,
    });
    const texts = await Promise.all(NAMES.map((name) => readFile(join(outDir, name), 'utf8')));
    return Object.fromEntries(NAMES.map((name, i) => [name, texts[i]!])) as Record<(typeof NAMES)[number], string>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each file in a folder of its own, since names may repeat. Answers the paths. */
export async function put(folder: string, kind: string, files: readonly FeedFile[]): Promise<string[]> {
  return Promise.all(files.map(async ({ name, text }, i) => {
    const own = join(folder, `${kind}${i}`);
    await mkdir(own, { recursive: true });
    const content = Buffer.from(text);
    await writeFile(join(own, name), name.endsWith('.gz') && kind === 't' ? gzipSync(content) : content);
    return join(own, name);
  }));
}

/** What the contract leaves free made equal: counts of 0 in the summary, the order of rows of one source and line. */
export function comparable(files: FiveFiles): Record<string, unknown> {
  const [header, ...rows] = files['quarantine.csv'].split('\n');
  return { ...files, 'quarantine.csv': [header, ...tiesSorted(rows)].join('\n'), 'summary.json': withoutZeros(JSON.parse(files['summary.json'])) };
}

function tiesSorted(rows: readonly string[]): string[] {
  const place = (row: string) => /^("[^"]*(?:""[^"]*)*"|[^,]*),\d+/.exec(row)?.[0] ?? '';
  return [...Map.groupBy(rows, place).values()].flatMap((ofPlace) => ofPlace.toSorted());
}

function withoutZeros(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== 0).map(([key, part]) => [key, withoutZeros(part)]));
}
