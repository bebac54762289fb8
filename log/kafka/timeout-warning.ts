/**
 * Drops Node's TimeoutNegativeWarning where kafkajs is its cause, and nowhere else.
 *
 * Its request queue, when it is not throttled, sets a timer for "1 ms before the epoch" after each response
 * (network/requestQueue, scheduleCheckPendingRequests). Node takes that for 1 ms, which is harmless, and since version
 * 24 warns about it. The warning is recognised by the stack of its emission.
 */
const NAME = 'TimeoutNegativeWarning';
const CULPRIT = /[\\/]kafkajs[\\/]src[\\/]network[\\/]requestQueue[\\/]/;

let installed = false;

export function dropTimeoutWarningsOfClient(): void {
  if (installed) return;
  installed = true;
  const emit = process.emitWarning.bind(process) as (...warning: unknown[]) => void;
  process.emitWarning = (...warning: unknown[]): void => {
    if (warning[1] === NAME && CULPRIT.test(new Error(NAME).stack ?? '')) return;
    emit(...warning);
  };
}
