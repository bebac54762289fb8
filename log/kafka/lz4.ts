/**
 * Unpacks LZ4 frames: the format of the LZ4 project's lz4_Frame_format.md and lz4_Block_format.md, without dictionaries.
 *
 *     frame   magic  flags  block size  [content size, 8]  header checksum   block …   0, 4   [content checksum, 4]
 *     block   size, 4 (highest bit: not compressed)   sequences   [checksum, 4]
 *     sequence   token: literals ∙ 16 + (copied − 4)   [more literals]  literals   distance, 2   [more copied]
 *
 * Checksums are passed over: brokers have checked the batch's own.
 */
import { Input, Output } from './unpacking.ts';

const MAGIC = 0x184d2204;
const VERSION_MASK = 0b1100_0000;
const VERSION = 0b0100_0000;
const BLOCK_CHECKSUM = 0b0001_0000;
const CONTENT_SIZE = 0b0000_1000;
const CONTENT_CHECKSUM = 0b0000_0100;
const DICTIONARY = 0b0000_0001;
const UNCOMPRESSED = 0x8000_0000;
const COPIED_MIN = 4;
/** A length of four bits that goes on in the bytes that follow. */
const GOES_ON = 15;

/** @throws RangeError when it is no such frame, or holds more than `bytesMax` */
export function unpackLz4(packed: Buffer, bytesMax: number): Buffer {
  const input = new Input(packed);
  if (input.number(4) !== MAGIC) throw new RangeError('it is no LZ4 frame');
  const flags = input.byte();
  if ((flags & VERSION_MASK) !== VERSION || (flags & DICTIONARY) !== 0) throw new RangeError('it is an LZ4 frame of another kind');
  input.byte();
  if ((flags & CONTENT_SIZE) !== 0) input.take(8);
  input.byte();
  const output = new Output(bytesMax, 4 * packed.length);
  for (let size = input.number(4); size !== 0; size = input.number(4)) {
    if (size >= UNCOMPRESSED) output.put(input.take(size - UNCOMPRESSED));
    else unpackBlock(new Input(input.take(size)), output);
    if ((flags & BLOCK_CHECKSUM) !== 0) input.take(4);
  }
  if ((flags & CONTENT_CHECKSUM) !== 0) input.take(4);
  return output.content();
}

function unpackBlock(input: Input, output: Output): void {
  for (;;) {
    const token = input.byte();
    output.put(input.take(lengthOf(token >>> 4, input)));
    // The last sequence has literals only.
    if (input.left === 0) return;
    const distance = input.number(2);
    output.repeat(distance, lengthOf(token & 0x0f, input) + COPIED_MIN);
  }
}

function lengthOf(begun: number, input: Input): number {
  if (begun < GOES_ON) return begun;
  let total = begun;
  let byte: number;
  do total += byte = input.byte(); while (byte === 255);
  return total;
}
