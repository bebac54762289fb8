/** `tornaconto` as its users run it: a process of its own, with what it wrote where. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgrammeFile } from '../oracle/world.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A start takes a third of the time with the modules compiled already. */
const COMPILED = join(tmpdir(), 'tornaconto-compile-cache');
const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** `--out` is not given for it. */
export function runCli(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...env }, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error('it did not end by itself', { cause: error }));
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

export const PROGRAMME: ProgrammeFile = {
  programme: 'prova', timeZone: 'Europe/Rome', currency: '978',
  periods: [{
    id: 'p', from: '2020-12-01', until: '2021-01-01', grace: 'P30D',
    rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 1,
  }],
};

/** A folder with `replay`'s arguments for good files, to be changed. */
export class Desk {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a file, in a folder of its own when one is named, and answers its path. */
  async put(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  out(name: string): string {
    return join(this.folder, name);
  }

  /** Every file under a folder, hidden ones too, as one text; empty when the folder is not there. */
  async everythingIn(folder: string): Promise<string> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const texts = await Promise.all(entries.map(async (entry) =>
      `${entry.name}\n${entry.isFile() ? await readFile(join(entry.parentPath, entry.name), 'latin1') : ''}`));
    return texts.join('\n');
  }
}
