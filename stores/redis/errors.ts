/**
 * What Redis and its client can fail with, as the ports' closed set of errors.
 *
 * A message holds Redis's error word only: the rest may repeat a command's arguments.
 */
import { StoreError, type StoreErrorCode } from '../../ports/store.ts';

const BY_WORD: Readonly<Record<string, StoreErrorCode>> = {
  LOADING: 'unavailable',
  BUSY: 'unavailable',
  CLUSTERDOWN: 'unavailable',
  TRYAGAIN: 'unavailable',
  MOVED: 'unavailable',
  ASK: 'unavailable',
  MASTERDOWN: 'unavailable',
  NOREPLICAS: 'unavailable',
  // Has just become a replica: the client finds the new primary.
  READONLY: 'unavailable',
  // Somebody has to give it room, and then the same call succeeds.
  OOM: 'unavailable',
  MISCONF: 'unavailable',
  NOAUTH: 'misconfigured',
  WRONGPASS: 'misconfigured',
  NOPERM: 'misconfigured',
  CROSSSLOT: 'misconfigured',
  WRONGTYPE: 'corrupt',
};

/** The StoreError of anything thrown by a command; `doing` says which, for people. */
export function storeErrorOf(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const cause = withoutArguments(error);
  const word = wordOf(cause);
  // Whatever does not come from Redis itself comes from the way there.
  if (word === null) return new StoreError('unavailable', `Redis cannot be reached (${doing})`, { cause });
  return new StoreError(BY_WORD[word] ?? 'corrupt', `Redis answers ${word} (${doing})`, { cause });
}

export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function wordOf(error: Error): string | null {
  if (error.name !== 'ReplyError') return null;
  return /\b(?:OOM|WRONGTYPE|READONLY|MISCONF|NOREPLICAS)\b/.exec(error.message)?.[0] ?? /^-?([A-Z]+)/.exec(error.message)?.[1] ?? 'ERR';
}

/** ioredis attaches the command with its arguments, and loggers print what is attached. */
function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('not an error');
  delete (error as { command?: unknown }).command;
  delete (error as { previousErrors?: unknown }).previousErrors;
  return error;
}
