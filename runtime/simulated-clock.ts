/**
 * Virtual time: it stands still until it is told to advance, and timers fire in the order of their times, then of their
 * making. So a run repeats from its seed, and a month of waiting takes no time.
 */
import type { Clock } from '../ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

export class SimulatedClock implements Clock {
  #nowMs: number;
  /** By time; of one time, in the order of their making. */
  readonly #timers: Timer[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + Math.max(delayMs, 0), callback };
    this.#timers.splice(this.#placeAfter(timer.atMs), 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** When the next timer is due; null when there is none. */
  nextTimerMs(): number | null {
    return this.#timers[0]?.atMs ?? null;
  }

  /**
   * Fires all timers up to and including `ms`, those that they make among them, each at its own time.
   * @throws RangeError when `ms` lies in the past
   */
  advanceTo(ms: number): void {
    if (!(ms >= this.#nowMs)) throw new RangeError(`time cannot go back from ${this.#nowMs} to ${ms}`);
    for (let next = this.#timers[0]; next !== undefined && next.atMs <= ms; next = this.#timers[0]) {
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  /** The index behind all timers that are due at or before the time. */
  #placeAfter(atMs: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timers[middle]!.atMs <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
