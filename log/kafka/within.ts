/**
 * A bound for everything that is awaited from the client library: its own retries nest, and their sum has no limit
 * that one could state.
 */
import { LogError } from '../../ports/log.ts';

/** What each thing may take; then it is `unavailable`. */
export const LIMITS_MS = {
  /** Connecting and all tries of one request. */
  append: 30_000,
  /** Of an admin client: connecting, metadata, watermarks. */
  call: 30_000,
  /** Connecting, and the first join, which waits for the group's other members. */
  join: 90_000,
  commit: 10_000,
  /** Records below the high watermark come in milliseconds: after this, the broker is away. */
  stall: 30_000,
  /** A drain has ten seconds in all. */
  leave: 2_000,
} as const;

export type LimitsMs = { readonly [Thing in keyof typeof LIMITS_MS]?: number };

/** @throws LogError unavailable when the time is over; what was started goes on, unheard */
export async function within<T>(limitMs: number, doing: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LogError('unavailable', `${doing}: no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** For what is thrown away: waits a while, and takes any error for an end. */
export async function abandon(limitMs: number, work: Promise<unknown>): Promise<void> {
  await within(limitMs, 'ending', work).catch(() => undefined);
}
