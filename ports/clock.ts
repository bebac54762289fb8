/**
 * Port: time and timers. In the embedded runtime both are simulated, so that a run repeats from its seed.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back once after the delay; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}
