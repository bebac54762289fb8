/**
 * Unpacks Snappy as it is found in Kafka: framed by Java's producers (the snappy-java library), bare from others.
 *
 *     framed   0x82 "SNAPPY" 0x00   version, 4   compatible, 4   then chunks: length, 4, big-endian   a bare block
 *     bare     length unpacked, a varint   then elements, whose kind is in their lowest two bits:
 *              0 literals   1, 2, 4 bytes with the rest of the distance: 1, 2, 3
 *
 * Source: Snappy's format_description.txt; snappy-java's SnappyOutputStream.
 */
import { Input, Output } from './unpacking.ts';

const FRAME_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAME_HEADER_BYTES = 16;
const VARINT_BYTES_MAX = 5;
/** Of literals: from here on the length itself follows, in one byte to four. */
const LENGTH_FOLLOWS = 60;

/** @throws RangeError when it is not Snappy, or holds more than `bytesMax` */
export function unpackSnappy(packed: Buffer, bytesMax: number): Buffer {
  const output = new Output(bytesMax, 4 * packed.length);
  const input = new Input(packed);
  if (!packed.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) unpackBlock(input, output);
  else {
    input.take(FRAME_HEADER_BYTES);
    while (input.left > 0) unpackBlock(new Input(input.take(input.take(4).readUInt32BE())), output);
  }
  return output.content();
}

function unpackBlock(input: Input, output: Output): void {
  const end = output.length + varint(input);
  while (input.left > 0) {
    const tag = input.byte();
    const rest = tag >>> 2;
    switch (tag & 0b11) {
      case 0:
        output.put(input.take(1 + (rest < LENGTH_FOLLOWS ? rest : input.number(rest - LENGTH_FOLLOWS + 1))));
        break;
      case 1:
        output.repeat((rest >>> 3) * 256 + input.byte(), 4 + (rest & 0b111));
        break;
      case 2:
        output.repeat(input.number(2), 1 + rest);
        break;
      default:
        output.repeat(input.number(4), 1 + rest);
    }
  }
  if (output.length !== end) throw new RangeError('it is not as long as it says');
}

function varint(input: Input): number {
  let value = 0;
  for (let i = 0; i < VARINT_BYTES_MAX; i++) {
    const byte = input.byte();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value;
  }
  throw new RangeError('it is not Snappy');
}
