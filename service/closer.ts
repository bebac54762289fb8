/**
 * Runs the close by the clock, beside the other roles. Any number of processes may.
 */
import type { Clock } from '../ports/clock.ts';
import { Close, type Waiting } from '../processors/close.ts';
import type { Context } from '../processors/context.ts';

/** How often a close that waits looks again, and how often one that is not due does. */
const CLOSING_MS = 1_000;
const IDLE_MS = 10_000;

export class Closer {
  readonly #clock: Clock;
  readonly #onFault: (error: Error, remedy: 'retry' | 'stop') => void;
  readonly close: Close;
  /** By period: what it waits for, as of the last look. */
  waiting: ReadonlyMap<string, Waiting> = new Map();
  /** What the last look failed for: with `retry` it looks again; null = it did not. */
  fault: { readonly message: string; readonly remedy: 'retry' | 'stop' } | null = null;
  #cancelTimer: () => void = () => undefined;
  #underWay: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(context: Context, clock: Clock, onFault: (error: Error, remedy: 'retry' | 'stop') => void) {
    this.close = new Close(context);
    this.#clock = clock;
    this.#onFault = onFault;
  }

  start(): void {
    this.#underWay = this.#look();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer();
    await this.#underWay;
  }

  async #look(): Promise<void> {
    try {
      this.waiting = await this.close.advance(new Set());
      this.fault = null;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error('not an error was thrown', { cause });
      const remedy = 'remedy' in error && error.remedy === 'retry' ? 'retry' : 'stop';
      this.fault = { message: error.message, remedy };
      this.#onFault(error, remedy);
      if (remedy === 'stop') return;
    }
    if (this.#stopping) return;
    const closing = [...this.waiting.values()].some((state) => state === 'receipts' || state === 'freeze');
    this.#cancelTimer = this.#clock.after(closing ? CLOSING_MS : IDLE_MS, () => { this.#underWay = this.#look(); });
  }
}
