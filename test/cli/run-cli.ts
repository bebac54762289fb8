/**
 * The command as people run it: a process of its own, its output and its exit code.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'cli', 'main.ts');

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `tornaconto` with this environment and nothing else of ours. */
export function startCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  return startProgram(process.execPath, [MAIN, ...args], environment);
}

/** Any program, in the root of the checkout. `finished` when it has ended and all who hold its output have. */
export function startProgram(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, { cwd: ROOT, env: { PATH, HOME, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => { resolve({ code, stdout, stderr }); });
  });
  return { child, finished };
}

export async function runCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return startCli(args, environment).finished;
}
