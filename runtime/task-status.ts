/**
 * What a task says of itself: what health and metrics are made of.
 */

/** How one leads to another: task.ts. */
export type TaskState = 'CLAIMING' | 'RUNNING' | 'WAITING' | 'STOPPED' | 'CLOSED';

export interface TaskStatus {
  readonly topic: string;
  readonly partition: number;
  readonly state: TaskState;
  readonly position: number;
  /** As last seen; null = not yet. */
  readonly highWatermark: number | null;
  /** Timestamp of the last record handled or of the first that could not be; ms since the epoch; null = none yet. */
  readonly timestampMs: number | null;
  /** Since when it has not been running, or has done nothing of what is to be done; ms since the epoch; null = it works. */
  readonly stalledSinceMs: number | null;
  /** Why it does not run: what it waits for, or the error that stopped it. */
  readonly reason: string | null;
}
