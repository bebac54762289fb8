/** An example as anybody runs it: a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Example {
  readonly finished: Promise<{ readonly code: number | null; readonly output: string }>;
  /** What it has said so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
}

export function startExample(name: string, environment: Readonly<Record<string, string>>, input?: string): Example {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'examples', name)], { env: { PATH, HOME, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  if (input !== undefined) child.stdin.end(input);
  return {
    finished: new Promise((resolve) => { child.once('close', (code) => { resolve({ code, output }); }); }),
    output: () => output,
    kill: (signal) => { child.kill(signal); },
  };
}
