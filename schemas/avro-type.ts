/**
 * avsc types from schemas, with longs that are exact or refused.
 *
 * avsc's own long reads and writes numbers beyond ±2^52 with the wrong sign or value (it counts in zigzag, which
 * needs a bit more than a number has). Ours is a number up to ±(2^53 - 1), and nothing else.
 */
import avro from 'avsc';
import type { Type } from 'avsc';

/** A long takes at most ten bytes: zigzag, seven bits a byte, the lowest first. */
const LONG_BYTES_MAX = 10;
const written = Buffer.alloc(LONG_BYTES_MAX);
/** Its beginnings by length: avsc copies what it is given, so that none need be made a long. */
const WRITTEN = Array.from({ length: LONG_BYTES_MAX + 1 }, (_, length) => written.subarray(0, length));

const EXACT_LONG = avro.types.LongType.__with({
  fromBuffer(bytes: Buffer): number {
    const first = bytes[0]!;
    // The lowest bit is the sign, which leaves six of the first byte: so 2^53 - 1 is still exact.
    let value = (first & 0x7f) >> 1;
    for (let i = 1, unit = 64; i < bytes.length; i++, unit *= 128) value += (bytes[i]! & 0x7f) * unit;
    if ((first & 1) === 1) value = -value - 1;
    if (!Number.isSafeInteger(value)) throw new RangeError('a long is beyond 2^53');
    return value;
  },
  toBuffer(value: number): Buffer {
    const isNegative = value < 0;
    const ones = isNegative ? -value - 1 : value;
    let left = Math.floor(ones / 64);
    let length = 0;
    written[length++] = (ones % 64) * 2 + (isNegative ? 1 : 0) + (left > 0 ? 0x80 : 0);
    while (left > 0) {
      const rest = Math.floor(left / 128);
      written[length++] = (left % 128) + (rest > 0 ? 0x80 : 0);
      left = rest;
    }
    return WRITTEN[length]!;
  },
  isValid: (value: unknown) => Number.isSafeInteger(value),
  compare: (a: number, b: number) => a - b,
  fromJSON: (value: unknown) => value,
  toJSON: (value: unknown) => value,
}, true);

/** The avsc type of a schema given as parsed JSON. Throws when it is none. */
export function avroType(schema: object): Type {
  return avro.Type.forSchema(schema as Parameters<typeof avro.Type.forSchema>[0], {
    // Not by avsc's `registry`: that leaves out longs with a logical type.
    typeHook: (inner) => isLong(inner) ? EXACT_LONG : undefined,
    omitRecordMethods: true,
  });
}

function isLong(schema: unknown): boolean {
  return schema === 'long' || (typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'long');
}
