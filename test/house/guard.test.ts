/**
 * The guard, run with the version of another Node: an old one is told the remedy, ours is let pass.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';

const SOURCE = readFileSync(join(import.meta.dirname, '..', '..', 'scripts', 'guard.js'), 'utf8');

/** What it says and the code it exits with, run by a Node of this version. */
function guard(version: string): { exitCode: number | null; said: string } {
  const result = { exitCode: null as number | null, said: '' };
  runInNewContext(SOURCE, {
    process: { versions: { node: version }, exit: (code: number) => { result.exitCode = code; } },
    console: { error: (text: string) => { result.said += text; } },
  });
  return result;
}

it.each(['20.20.2', '14.0.0', '9.11.2', '23.99.0'])('Node %s is told what to do', (version) => {
  const { exitCode, said } = guard(version);
  expect(exitCode).toBe(2);
  expect(said).toContain(version);
  expect(said).toContain('npm ci');
  expect(said).toContain('Node 24');
});

it.each(['24.0.0', '25.1.0', '100.0.0', process.versions.node])('Node %s passes in silence', (version) => {
  expect(guard(version)).toEqual({ exitCode: null, said: '' });
});
