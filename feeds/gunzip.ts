/**
 * Gzip, one member or several, and nothing after them.
 *
 * zlib checks each member's CRC and length; what Node lets pass is a zero byte after the last member, and all that
 * follows it. So the bytes that zlib took are compared with those that it was given.
 * Source: contract, section 3: a file is refused when gzip breaks off or something else follows it.
 */
import { createGunzip, type Gunzip } from 'node:zlib';

/** The bytes are not whole gzip members and nothing else. Carries none of them. */
export class GzipError extends Error {
  override readonly name = 'GzipError';
}

/**
 * The unpacked bytes, in blocks of at most `blockBytes`. A packed block is done with before the next is asked for.
 *
 * @throws GzipError, or what reading the packed bytes throws
 */
export async function* gunzip(packed: Iterable<Buffer>, blockBytes: number): AsyncGenerator<Buffer> {
  const unpacked = createGunzip({ chunkSize: blockBytes });
  const feeding = { bytes: 0, failed: false };
  void feed(packed, unpacked, feeding);
  try {
    for await (const block of unpacked) yield block as Buffer;
  } catch (error) {
    throw feeding.failed ? error : new GzipError('gzip is damaged or breaks off', { cause: error });
  } finally {
    unpacked.destroy();
  }
  if (unpacked.bytesWritten !== feeding.bytes) throw new GzipError('something follows the last gzip member');
}

/** Never rejects: what fails here destroys the stream, whose reader then sees it. */
async function feed(packed: Iterable<Buffer>, unpacked: Gunzip, feeding: { bytes: number; failed: boolean }) {
  try {
    for (const block of packed) {
      if (unpacked.destroyed) return;
      feeding.bytes += block.length;
      await new Promise<void>((done) => { unpacked.write(block, () => { done(); }); });
    }
    unpacked.end();
  } catch (error) {
    feeding.failed = !unpacked.destroyed;
    unpacked.destroy(error instanceof Error ? error : new Error('reading failed', { cause: error }));
  }
}
