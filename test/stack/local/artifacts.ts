/**
 * The servers' programs out of Maven, as test/stack/pom.xml names them, kept under node_modules/.cache. A folder is
 * complete or absent: it is filled under another name, so runs beside each other and broken-off ones do no harm.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const POM = fileURLToPath(new URL('../pom.xml', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/tornaconto-stack', import.meta.url));
const MAVEN_MS_MAX = 10 * 60_000;

/** One Maven after the other: they share a local repository, and do not lock it. */
let inTurn: Promise<unknown> = Promise.resolve();

/** A profile of the pom, and its properties. */
export interface Artifact {
  profile: 'kafka' | 'registry' | 'redis';
  properties?: Record<string, string>;
}

/** Whether it is here already, so that Maven is not needed. */
export const isCached = (artifact: Artifact): boolean => existsSync(folderOf(artifact));

/** The folder with what the profile copies. Fails when Maven does, with what it said. */
export async function fetchArtifact(artifact: Artifact): Promise<string> {
  const folder = folderOf(artifact);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const filling = await mkdtemp(`${folder}.`);
  try {
    const turn = inTurn.then(() => maven(artifact, filling));
    inTurn = turn.catch(() => undefined);
    await turn.catch(() => maven(artifact, filling)); // another process's Maven may have been at the same download
    await rename(filling, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another run was first
    });
  } finally {
    await rm(filling, { recursive: true, force: true });
  }
  return folder;
}

function folderOf({ profile, properties = {} }: Artifact): string {
  const recipe = createHash('sha256').update(readFileSync(POM)).update(JSON.stringify(properties)).digest('hex');
  return join(CACHE, `${profile}-${recipe.slice(0, 12)}`);
}

async function maven({ profile, properties = {} }: Artifact, into: string): Promise<void> {
  const settings = Object.entries({ ...properties, into }).map(([key, value]) => `-D${key}=${value}`);
  const args = ['-q', '-B', '-f', POM, '-P', profile, 'generate-resources', ...settings];
  try {
    await promisify(execFile)('mvn', args, { timeout: MAVEN_MS_MAX });
  } catch (error) {
    const said = (error as { stdout?: string }).stdout ?? '';
    throw new Error(`Maven could not fetch ${profile} (test/stack/pom.xml): ${said.trim().slice(0, 500)}`, { cause: error });
  }
}
