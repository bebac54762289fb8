import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CommanderError } from 'commander';
import { UsageError } from '../../cli/exit.ts';
import { generateCommand } from '../../cli/generate.ts';

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tornaconto generate '));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** Runs it, and returns what is said of wrong use. */
async function run(...args: string[]): Promise<string> {
  try {
    await generateCommand().exitOverride().configureOutput({ writeErr: () => undefined }).parseAsync(args, { from: 'user' });
    return '';
  } catch (error) {
    if (error instanceof UsageError || error instanceof CommanderError) return error.message;
    throw error;
  }
}

test('says what was made, and how to replay it, quoted for a shell', async () => {
  expect(await run('--seed', '5', '--citizens', '10', '--payments', '200', '--out', join(folder, 'data'))).toBe('');
  expect(printed).toContain(' 200 lines: applied ');
  expect(printed).toContain(`tornaconto replay --programme '${folder}/data'/programme.json`);
  expect(printed).toContain(`--out '${folder}/data'-replayed\n`);
  expect(await readdir(join(folder, 'data'))).toContain('programme.json');
});

test.each(['--seed', '--citizens', '--payments'])('%s must be a whole number in bounds, and is not repeated', async (option) => {
  for (const value of ['9900101234567894', '-77', '7e3', '0x77', '7.7', '7 ', '７']) {
    const errors = await run(`${option}=${value}`, '--out', join(folder, 'data'));
    expect(errors).toMatch(new RegExp(`^${option}: must be a whole number from [01] to \\d+$`));
    expect(errors).not.toContain(value);
  }
  expect(await readdir(folder)).toEqual([]);
});

test('--out is required, and a folder with other files is refused', async () => {
  expect(await run('--payments', '10')).toContain('--out');
  await writeFile(join(folder, 'notes.txt'), '');
  expect(await run('--payments', '10', '--out', folder)).toContain('not of a generated data set');
  expect(await run('--payments', '10', '--out', join(folder, 'notes.txt', 'x'))).toMatch(/cannot be written \(E[A-Z]+\)/);
  expect(await readdir(folder)).toEqual(['notes.txt']);
});
