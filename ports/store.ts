/**
 * What all stores share: a shard's standing, and refusals. A shard is the fold of one partition's prefix, and moves
 * only from the position that the caller expects (compare-and-set).
 */

/** Where the fold of a shard stands. */
export interface Standing {
  /** Next offset to fold; 0 = nothing folded. */
  readonly position: number;
  /** Hash of the last folded record (see runtime/fingerprint.ts); null at position 0. */
  readonly fingerprint: Buffer | null;
}

/** One step of a fold: from a position to a greater one. */
export interface Step {
  readonly expected: number;
  readonly next: number;
  readonly fingerprint: Buffer;
}

/** The shard stands elsewhere: nothing was written. */
export interface Refused {
  readonly kind: 'refused';
  readonly position: number;
}

export const STORE_ERROR_CODES = {
  /** The store cannot be reached, is loading, or has just failed over. Remedy: the same call again. */
  unavailable: 'retry',
  /** The state was written by a newer version of this software. */
  'newer-format': 'stop',
  /** The number of shards differs from the one the state was made with. */
  'other-shards': 'stop',
  /** A period that has state was folded under other rules, or the cards under another time zone. */
  'other-rules': 'stop',
  /** The store may evict keys, or is not a primary. */
  misconfigured: 'stop',
  /** The store holds what its own code never writes. */
  corrupt: 'stop',
} as const;

export type StoreErrorCode = keyof typeof STORE_ERROR_CODES;

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly remedy: 'retry' | 'stop';

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = STORE_ERROR_CODES[code];
  }
}
