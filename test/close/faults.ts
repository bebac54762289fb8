/**
 * Faults of one process, by its calls to the log and the stores: the n-th may fail, or the process dies at it; before
 * the call has taken effect, or after. A dead process hears nothing more and says nothing more.
 */
import { LogError, type LogReader, type LogRecord } from '../../ports/log.ts';

/** What happens at a call: the process dies or an error comes back, before the call takes effect or after. */
export const FAULTS = ['die before', 'die after', 'fail before', 'fail after'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Plan {
  /** Awaited before each call, numbered from 1: something else that happens just then. */
  readonly meanwhile?: (call: number, name: string) => Promise<void> | void;
  readonly fault?: (call: number, name: string) => Fault | undefined;
}

export class Lifeline {
  /** The calls so far, by name. */
  readonly calls: string[] = [];
  readonly died: Promise<'died'>;
  readonly #plan: Plan;
  #isDead = false;
  #die: (died: 'died') => void = () => undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.died = new Promise((resolve) => { this.#die = resolve; });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  die(): void {
    this.#isDead = true;
    this.#die('died');
  }

  /** The port as the process sees it: every method is a call. */
  through<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || typeof name !== 'string') return method;
        const bound = method.bind(target) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => this.#call(name, () => bound(...args));
      },
    });
  }

  /** A range counts as one call, made when it is begun. */
  throughReader(reader: LogReader): LogReader {
    const call = this.#call.bind(this);
    return {
      watermarks: (topic) => call('watermarks', () => reader.watermarks(topic)),
      range: async function *range(topic, partition, from, to): AsyncGenerator<readonly LogRecord[]> {
        yield* await call('range', async () => reader.range(topic, partition, from, to));
      },
    };
  }

  async #call<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#isDead) return NEVER;
    this.calls.push(name);
    const call = this.calls.length;
    await this.#plan.meanwhile?.(call, name);
    const fault = this.#plan.fault?.(call, name);
    if (fault === 'die before') this.die();
    if (this.isDead) return NEVER;
    if (fault === 'fail before') throw unavailable();
    const answer = await work();
    if (fault === 'die after') this.die();
    if (this.isDead) return NEVER;
    if (fault === 'fail after') throw unavailable();
    return answer;
  }
}

const NEVER = new Promise<never>(() => undefined);

function unavailable(): LogError {
  return new LogError('unavailable', 'a planted fault');
}
