/**
 * Trying again, within limits, what failed for a reason that may pass.
 */
import { LogError } from '../ports/log.ts';

/** Some two minutes of pauses and the client's own tries: a longer outage ends the command, which may be run again. */
const ATTEMPTS_MAX = 8;
const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 10_000;

export interface Retrying {
  /** Hears of every failure that is followed by another try. */
  readonly onRetry: (error: Error) => void;
  /** Before the first further try; it doubles. */
  readonly pauseMs?: number;
}

/**
 * @param work is given how many tries came before
 * @throws LogError: the last one, or the first that will not pass
 */
export async function retrying<T>({ onRetry, pauseMs = PAUSE_MS }: Retrying, work: (before: number) => Promise<T>): Promise<T> {
  for (let before = 0; ; before++) {
    try {
      return await work(before);
    } catch (error) {
      if (!(error instanceof LogError) || error.remedy !== 'retry' || before + 1 === ATTEMPTS_MAX) throw error;
      onRetry(error);
      await new Promise((resolve) => { setTimeout(resolve, Math.min(pauseMs * 2 ** before, PAUSE_MS_MAX)); });
    }
  }
}
