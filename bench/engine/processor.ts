/**
 * The processor as a process of its own: `tornaconto run`, as anybody would start it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../topology/names.ts';
import type { Run, Servers } from './stack.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** What every command needs to reach the run's servers. */
export function environmentOf(servers: Servers, run: Run, programmeFile: string): NodeJS.ProcessEnv {
  return {
    ...process.env, KAFKA_BROKERS: servers.kafka.brokers.join(','), SCHEMA_REGISTRY_URL: servers.registry.url,
    REDIS_URL: servers.redis.url, PROGRAMME_FILE: programmeFile, TOPIC_PREFIX: run.prefix, ARRIVAL: run.arrival,
    HTTP_PORT: '0', LOG_LEVEL: 'info',
  };
}

/** Runs a command to its end. Exit 3 is not a fault: generated data is made to be refused in part. */
export async function command(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit') as [number | null];
  if (code !== 0 && code !== 3) throw new Error(`tornaconto ${args[0]} ended with ${code}`);
}

export class RunningProcessor {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    this.pid = child.pid!;
  }

  /** Resolves when all modules are loaded and HTTP listens, before the first partition is claimed. */
  static async start(roles: readonly Role[], env: NodeJS.ProcessEnv, nodeArgs: readonly string[] = []): Promise<RunningProcessor> {
    const child = spawn(process.execPath, [...nodeArgs, MAIN, 'run', '--roles', roles.join(',')], {
      env, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.once('exit', (code) => { reject(new Error(`the processor ended with ${code}`)); });
      createInterface(child.stdout).on('line', (line) => {
        const entry = JSON.parse(line) as { level: string; component?: string; port?: number };
        if (entry.level === 'warn' || entry.level === 'error' || entry.level === 'fatal') console.error(line);
        if (entry.component === 'http' && entry.port !== undefined) resolve(entry.port);
      });
    });
    return new RunningProcessor(child, port);
  }

  /** Records by outcome, as the processor counts them. */
  async outcomes(role: Role): Promise<Record<string, number>> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/metrics`);
    const found = (await response.text()).matchAll(/^tornaconto_records_total\{role="(\w+)",outcome="([\w-]+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].filter(([, of]) => of === role).map(([, , outcome, count]) => [outcome!, Number(count)]));
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.#port}/health/ready`)).status === 200;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`the processor ended by itself with ${this.#child.exitCode}`);
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = await exited as [number | null];
    if (code !== 0) throw new Error(`the processor ended with ${code}`);
  }
}
