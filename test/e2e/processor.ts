/**
 * A `tornaconto run` as a process of its own: its log, its HTTP answers, its end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCli, type Finished, type Running } from '../cli/run-cli.ts';
import { watch } from '../stack/local/process.ts';

const LISTENING_MS_MAX = 60_000;
const POLL_MS = 50;

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly component?: string;
  readonly port?: number;
  readonly err?: { readonly type: string; readonly code?: string; readonly message: string };
}

export interface Readiness {
  /** 200 or 503; 0 = no answer. */
  readonly code: number;
  readonly waitingFor: readonly string[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Processor {
  readonly log: LogLine[] = [];
  readonly #running: Running;
  readonly #watchdog: ReturnType<typeof watch>;
  #end: Finished | undefined;

  constructor(roles: string | undefined, environment: Readonly<Record<string, string>>) {
    this.#running = startCli(['run', ...(roles === undefined ? [] : ['--roles', roles])], { ...environment, HTTP_PORT: '0' });
    this.#watchdog = watch('kill -9 "$1"', [String(this.#running.child.pid)]);
    let rest = '';
    this.#running.child.stdout!.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.log.push(line.startsWith('{') ? JSON.parse(line) as LogLine : { level: 'none', msg: line });
    });
    void this.#running.finished.then((end) => {
      this.#end = end;
      this.#watchdog.kill('SIGKILL');
    });
  }

  get pid(): number {
    return this.#running.child.pid!;
  }

  /** Set once the process has ended. */
  get end(): Finished | undefined {
    return this.#end;
  }

  get finished(): Promise<Finished> {
    return this.#running.finished;
  }

  /** @throws Error with its last words when it ends before it listens */
  async listening(): Promise<this> {
    const deadlineMs = performance.now() + LISTENING_MS_MAX;
    while (this.#port === undefined) {
      if (this.#end !== undefined || performance.now() > deadlineMs) throw new Error(`the processor does not listen: ${this.lastWords()}`);
      await sleep(POLL_MS);
    }
    return this;
  }

  async readiness(): Promise<Readiness> {
    const response = await this.#get('/health/ready');
    if (response === null) return { code: 0, waitingFor: ['no answer'] };
    const { waitingFor } = await response.json() as { waitingFor: string[] };
    return { code: response.status, waitingFor };
  }

  /** Empty when nobody answers. */
  async metrics(): Promise<Sample[]> {
    const response = await this.#get('/metrics');
    return response === null ? [] : samplesOf(await response.text());
  }

  /** Null = not found, or no answer. */
  async citizen(citizenId: string): Promise<unknown> {
    const response = await this.#get(`/citizens/${citizenId}`);
    return response?.status === 200 ? response.json() : null;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#running.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#running.child.kill('SIGKILL');
    await this.finished;
  }

  /** SIGTERM; how it ended and after how long. */
  async stop(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const sinceMs = performance.now();
    this.#running.child.kill('SIGTERM');
    const { code } = await this.finished;
    return { code, ms: performance.now() - sinceMs };
  }

  lastWords(): string {
    const lines = this.log.slice(-5).map(({ level, msg, err }) => `${level} ${msg}${err === undefined ? '' : `: ${err.message}`}`);
    return [...lines, this.#end === undefined ? '' : `exit ${this.#end.code}: ${this.#end.stderr}`].join('\n');
  }

  get #port(): number | undefined {
    return this.log.find(({ msg }) => msg === 'listening')?.port;
  }

  async #get(path: string): Promise<Response | null> {
    if (this.#port === undefined || this.#end !== undefined) return null;
    return fetch(`http://127.0.0.1:${this.#port}${path}`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  }
}

/** Of Prometheus' text format: what our metrics need of it. */
function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, labels: Object.fromEntries([...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key, label]) => [key!, label!])), value: Number(value) }];
  });
}
