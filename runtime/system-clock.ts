/**
 * The machine's clock and timers. Timers do not keep the process alive: whatever must end is awaited, not timed.
 */
import type { Clock } from '../ports/clock.ts';

/** Node fires longer delays at once, with a warning; callers that wait for weeks look at the time again anyway. */
const DELAY_MS_MAX = 2 ** 31 - 1;

export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), DELAY_MS_MAX));
    timer.unref();
    return () => clearTimeout(timer);
  }
}
