/**
 * Runs a program of ours in a process of its own and measures all of it, its start included.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

export interface Measured {
  readonly wallMs: number;
  /** User and system, all threads. */
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `program`: a file of this project. */
export async function measured(program: string, args: readonly string[]): Promise<Measured> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--import', pathOf('bench/report-usage.ts'), pathOf(program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, usage, exitCode] = await Promise.all([
    text(child.stdout!), text(child.stderr!), text(child.stdio[3] as Readable), ended,
  ]);
  const wallMs = performance.now() - startedMs;
  if (usage === '') throw new Error(`${program} was killed before it could say what it had used\n${stderr}`);
  return { wallMs, ...JSON.parse(usage) as Pick<Measured, 'cpuMs' | 'peakMiB'>, exitCode, stdout, stderr };
}

function pathOf(file: string): string {
  return join(import.meta.dirname, '..', file);
}
