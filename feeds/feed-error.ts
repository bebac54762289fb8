/**
 * What can go wrong with a file as a whole.
 *
 * A refusal is an answer (the file is counted as refused, the rest goes on, exit 3); a FeedError stops the command.
 * Neither ever repeats what a file holds. Source: contract, sections 3 and 6.
 */

/**
 * - `file-unreadable`: it cannot be opened or read. Remedy: mend the path or the permissions (exit 2).
 * - `file-changed`: it is not what was inspected. Remedy: run again once its writer has finished (exit 1).
 */
export type FeedErrorCode = 'file-unreadable' | 'file-changed';

export class FeedError extends Error {
  override readonly name = 'FeedError';
  readonly code: FeedErrorCode;
  /** As it was given on the command line. */
  readonly path: string;

  constructor(code: FeedErrorCode, path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.code = code;
    this.path = path;
  }
}

/** Why a file is refused whole, with the words for whoever sent it. */
const REFUSALS = {
  gzip: 'not whole gzip members and nothing else: it breaks off, is damaged, or something follows it',
  'checksum-malformed': 'its first line begins with #sha256sum: but is not followed by exactly 64 hex digits',
  'checksum-differs': 'the SHA-256 of what follows its first line is not the one given there',
  header: 'its first line is not the header hashPan,citizenId,event,at',
} as const;
export type RefusalReason = keyof typeof REFUSALS;

/** A file of which no line counts anywhere. */
export interface Refusal {
  /** Name without folder. */
  readonly file: string;
  readonly reason: RefusalReason;
  readonly message: string;
}

export function refusal(file: string, reason: RefusalReason): Refusal {
  return { file, reason, message: `${file}: refused whole: ${REFUSALS[reason]}` };
}

/** `ENOENT` and the like when the system said so, else our own words. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
