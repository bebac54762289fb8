/**
 * A file's content as a stream of blocks, and proof that two readings saw the same file.
 *
 * Every file is read twice: once to decide whether it is refused, once for its records. What was decided holds only
 * for the same bytes, so the second reading must find the file as the first one did.
 *
 * Calls are synchronous: through the thread pool each takes eight times as long, some 20 µs, which is more than the
 * records of a small file do; and whoever reads a feed has nothing else to do until the next block is there.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { FeedError, systemCode } from './feed-error.ts';
import { gunzip, GzipError } from './gunzip.ts';

/** Some 500 lines: enough for speed, and still in the processor's cache when they are looked at. */
const BLOCK_BYTES = 128 * 1024;
/** What decides on a file without a checksum is its first line. */
const FIRST_BLOCK_BYTES = 4 * 1024;

/** Blocks that no file needs now: thousands of small files would each leave one to the garbage collector. */
const spareBlocks: Buffer[] = [];
const SPARE_BLOCKS_MAX = 4;

/** Device, inode, size and time of change: with another stamp it is another file. */
export type FileStamp = string;

export class FileContent {
  readonly stamp: FileStamp;
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    const status = statusOf(descriptor);
    this.#path = path;
    this.#descriptor = descriptor;
    this.stamp = stampOf(status);
    this.sizeBytes = Number(status.size);
  }

  /**
   * Opens a file; `blocks` must be read, or at least begun, to close it.
   *
   * @throws FeedError `file-unreadable`, also for what cannot be read twice (a pipe) or not at all (a folder)
   */
  static open(path: string): FileContent {
    try {
      // Without O_NONBLOCK, opening a pipe waits for its writer, perhaps for ever.
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        return new FileContent(path, descriptor);
      } catch (error) {
        closeSync(descriptor);
        throw error;
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /**
   * The content, unpacked when `packed`, once. A block is valid until the next one is asked for.
   *
   * @throws GzipError; FeedError `file-changed` (also when the stamp is not the expected one) or `file-unreadable`
   */
  async *blocks(packed: boolean, expected = this.stamp): AsyncGenerator<Buffer> {
    try {
      this.#assertStamp(expected, this.stamp);
      const blocks = plainBlocks(this.#descriptor);
      yield* packed ? gunzip(blocks, BLOCK_BYTES) : blocks;
      this.#assertStamp(expected, stampOf(statusOf(this.#descriptor)));
    } catch (error) {
      throw error instanceof GzipError ? error : unreadable(this.#path, error);
    } finally {
      closeSync(this.#descriptor);
    }
  }

  #assertStamp(expected: FileStamp, found: FileStamp): void {
    if (found !== expected) throw new FeedError('file-changed', this.#path, 'was changed while it was being read');
  }
}

function* plainBlocks(descriptor: number): Generator<Buffer> {
  const block = spareBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  try {
    for (let bytes = FIRST_BLOCK_BYTES; ; bytes = BLOCK_BYTES) {
      const bytesRead = readSync(descriptor, block, 0, bytes, null);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } finally {
    if (spareBlocks.length < SPARE_BLOCKS_MAX) spareBlocks.push(block);
  }
}

/** @throws unless it is what can be read twice */
function statusOf(descriptor: number): BigIntStats {
  const status = fstatSync(descriptor, { bigint: true });
  // A character device for the sake of /dev/null, the usual way to name no file.
  if (!status.isFile() && !status.isCharacterDevice()) throw new Error('not a regular file');
  return status;
}

function stampOf({ dev, ino, size, mtimeNs }: BigIntStats): FileStamp {
  return [dev, ino, size, mtimeNs].join(':');
}

function unreadable(path: string, cause: unknown): FeedError {
  if (cause instanceof FeedError) return cause;
  return new FeedError('file-unreadable', path, `cannot be read (${systemCode(cause)})`, { cause });
}
