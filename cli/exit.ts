/**
 * Exit codes, the same for every command, and errors that choose one. Source: contract, section 6.
 */

export const EXIT = {
  done: 0,
  /** A fault of the program or of a server. */
  fault: 1,
  /** Wrong use, bad configuration, or a file that cannot be opened. */
  usage: 2,
  /** Done, but something was refused or quarantined. */
  refused: 3,
} as const;

/** The user can mend it: the message says how, and no stack is shown. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
