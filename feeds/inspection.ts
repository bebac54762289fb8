/**
 * The first of the two readings of a file: is it refused, and what must the second reading find?
 *
 * Source: contract, section 3. A file is refused whole, so this is decided before any of its lines counts.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type Refusal, type RefusalReason, refusal } from './feed-error.ts';
import { FileContent, type FileStamp } from './file-content.ts';
import { GzipError } from './gunzip.ts';
import { ChecksumLine, EnrolmentHeader } from './opening.ts';

export type FeedKind = 'transactions' | 'enrolments';

/** A file that is taken. */
export interface InspectedFile {
  readonly kind: FeedKind;
  readonly path: string;
  /** Name without folder: what reports call the file. */
  readonly name: string;
  readonly stamp: FileStamp;
  /** As it lies on disk. */
  readonly sizeBytes: number;
  readonly packed: boolean;
  /** Lines at the start that are no records: the checksum line, the header. They are numbered all the same. */
  readonly openingLines: 0 | 1;
  /** SHA-256 of the whole content, unpacked, in lower-case hex; null when it was not asked for. */
  readonly sha256: string | null;
}

export type Inspection =
  | { readonly refused: null; readonly file: InspectedFile }
  | { readonly refused: Refusal };

/**
 * Reads as much as the verdict needs: all of a packed file or one with a checksum, else the first line; all of it
 * when the digest is wanted.
 *
 * @throws FeedError
 */
export async function inspect(path: string, kind: FeedKind, options = { digest: false }): Promise<Inspection> {
  const name = basename(path);
  const content = FileContent.open(path);
  const packed = kind === 'transactions' && name.endsWith('.gz');
  const opening = kind === 'transactions' ? new ChecksumLine() : new EnrolmentHeader();
  const hash = options.digest ? createHash('sha256') : null;
  try {
    for await (const block of content.blocks(packed)) {
      opening.push(block);
      hash?.update(block);
      if (opening.settled && !packed && hash === null) break;
    }
  } catch (error) {
    if (error instanceof GzipError) return { refused: refusal(name, 'gzip') };
    throw error;
  }
  const reason: RefusalReason | null = opening.refusal();
  if (reason !== null) return { refused: refusal(name, reason) };
  const { stamp, sizeBytes } = content;
  const sha256 = hash?.digest('hex') ?? null;
  return { refused: null, file: { kind, path, name, stamp, sizeBytes, packed, openingLines: opening.lines, sha256 } };
}
