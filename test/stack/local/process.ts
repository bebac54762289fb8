/**
 * A server as a child process, with a folder of its own under the system's temporary one.
 *
 * It never outlives this process, however that ends: a shell beside it holds the other end of a pipe, and when the pipe
 * closes it kills the server and removes the folder. Both are in sessions of their own, so that Ctrl-C in a terminal
 * reaches the tests first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../types.ts';

/** A cold machine that unpacks and starts three JVMs at once has needed a third of this. */
const START_MS_MAX = 90_000;
/** A graceful stop before a restart; a broker without its controller may wait for ever. */
const TERM_MS_MAX = 15_000;
const POLL_MS = 50;
const LOG_LINES_SHOWN = 20;

/** The pause lets the kernel close the files of the killed server. */
const KILL_AND_REMOVE = 'kill -9 "$1"; sleep 0.2; rm -rf "$2"';

export interface Program {
  name: string;
  port: number;
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Whether it serves; `log` is what it has printed since this start. */
  isReady(log: string): boolean | Promise<boolean>;
}

/** The folders of a server: `dataDir` is its own, `dir` (above it) has its configuration and logs. */
export interface Folder {
  dir: string;
  dataDir: string;
}

export async function makeFolder(name: string): Promise<Folder> {
  const dir = await mkdtemp(join(tmpdir(), `tornaconto-${name}-`));
  const dataDir = join(dir, 'data');
  await mkdir(dataDir);
  return { dir, dataDir };
}

/** Runs the program and resolves once it is ready; a program that ends or stays silent is an error with its last lines. */
export async function startProcess(program: Program, folder: Folder): Promise<Server & { dataDir: string }> {
  let starts = 0;
  let running = await start();

  async function start(): Promise<Running> {
    const log = join(folder.dir, `start-${++starts}.log`);
    const started = run(program, folder, log);
    try {
      await untilReady(program, started, log);
      return started;
    } catch (error) {
      await end(started, 'SIGKILL');
      await rm(folder.dir, { recursive: true, force: true });
      throw error;
    }
  }

  return {
    host: '127.0.0.1',
    port: program.port,
    dataDir: folder.dataDir,
    async stop() {
      await end(running, 'SIGKILL');
      await rm(folder.dir, { recursive: true, force: true });
    },
    kill: () => end(running, 'SIGKILL'),
    async restart() {
      await end(running, 'SIGTERM');
      running = await start();
    },
  };
}

interface Running {
  child: ChildProcess;
  watchdog: ChildProcess;
  ended: Promise<void>;
}

function run(program: Program, folder: Folder, log: string): Running {
  const out = openSync(log, 'w');
  const child = spawn(program.command, program.args, {
    cwd: program.cwd ?? folder.dir,
    env: { ...process.env, ...program.env },
    stdio: ['ignore', out, out],
    detached: true,
  });
  closeSync(out);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve()); // not started at all
  });
  child.unref();
  return { child, ended, watchdog: watch(KILL_AND_REMOVE, [String(child.pid ?? ''), folder.dir]) };
}

/** A shell that runs `script`, with `words` as $1 and on, when this process has ended, unless it is killed before. */
export function watch(script: string, words: string[]): ChildProcess {
  const args = ['-c', `read -r _; ${script}`, 'sh', ...words];
  const watchdog = spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return watchdog;
}

async function untilReady(program: Program, { child, ended }: Running, log: string): Promise<void> {
  let over = false;
  void ended.then(() => (over = true));
  const deadlineMs = performance.now() + START_MS_MAX;
  while (!(await program.isReady(await readFile(log, 'utf8')))) {
    if (over || performance.now() > deadlineMs) {
      const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
      const what = over ? `ended with ${child.exitCode ?? child.signalCode ?? 'no start'}` : `is not ready after ${START_MS_MAX} ms`;
      throw new Error(`${program.name} (${program.command}) ${what}; its last lines:\n${tail}`);
    }
    await sleep(POLL_MS);
  }
}

async function end({ child, ended, watchdog }: Running, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(signal);
  const patience = setTimeout(() => child.kill('SIGKILL'), TERM_MS_MAX);
  await ended;
  clearTimeout(patience);
  watchdog.kill('SIGKILL');
}
