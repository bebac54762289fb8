/** Data sets in folders of their own, which go when the test does. */
import { hash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tornaconto-generate-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One digest over all names and bytes. */
export async function digestOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const digests = await Promise.all(names.map(async (name) => `${name} ${hash('sha256', await readFile(join(folder, name)))}`));
  return hash('sha256', digests.join('\n'));
}
