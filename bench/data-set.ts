/**
 * Input for benchmarks: generated once, kept in `out/bench` under a name that says all it was made from.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate, type Generated } from '../generate/generate.ts';

const ROOT = join(import.meta.dirname, '..');
const SEED = 42;
/** The published programme had some 90; fewer payments a citizen mean more work a payment. */
const PAYMENTS_A_CITIZEN = 5;

export interface DataSet {
  readonly transactionLines: number;
  readonly citizens: number;
  readonly programme: string;
  readonly enrolments: readonly string[];
  readonly transactions: readonly string[];
  readonly expected: Generated['expected'];
  /** Where a replay of it may write. */
  readonly outDir: string;
}

/** The data set of so many lines, made now where it is not there yet. */
export async function dataSet(transactionLines: number): Promise<DataSet> {
  const citizens = Math.max(1, Math.round(transactionLines / PAYMENTS_A_CITIZEN));
  const folder = join(ROOT, 'out/bench', `seed${SEED}-citizens${citizens}-lines${transactionLines}-generator${await generatorVersion()}`);
  const files = join(folder, 'files');
  // Written last: when it is there, so is the rest.
  const note = join(folder, 'generated.json');
  if (!await exists(note)) {
    await mkdir(folder, { recursive: true });
    await writeFile(note, JSON.stringify(await generate({ seed: SEED, citizens, payments: transactionLines, outDir: files })));
  }
  const { programme, enrolments, transactions, expected } = JSON.parse(await readFile(note, 'utf8')) as Generated;
  const path = (name: string): string => join(files, name);
  return {
    transactionLines, citizens, expected, outDir: join(folder, 'replayed'),
    programme: path(programme), enrolments: enrolments.map(path), transactions: transactions.map(path),
  };
}

/** A hash of the generator's sources: another generator makes other data. */
async function generatorVersion(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(join(ROOT, 'generate'))).sort()) hash.update(await readFile(join(ROOT, 'generate', name)));
  return hash.digest('hex').slice(0, 8);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
