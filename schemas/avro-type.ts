/**
 * avsc types from schemas, with longs that are exact or refused.
 *
 * avsc's own long reads and writes numbers beyond ±2^52 with the wrong sign or value (it counts in zigzag, which
 * needs a bit more than a number has). Ours is a number up to ±(2^53 - 1), and nothing else.
 */
import avro from 'avsc';
import type { Type } from 'avsc';

/** avsc's reader and writer hand a long over as 8 bytes, two's complement, little-endian. */
const EXACT_LONG = avro.types.LongType.__with({
  fromBuffer(bytes: Buffer): number {
    const value = bytes.readInt32LE(4) * 2 ** 32 + bytes.readUInt32LE(0);
    if (!Number.isSafeInteger(value)) throw new RangeError('a long is beyond 2^53');
    return value;
  },
  toBuffer(value: number): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(Math.floor(value / 2 ** 32), 4);
    bytes.writeUInt32LE(value >>> 0, 0);
    return bytes;
  },
  isValid: (value: unknown) => Number.isSafeInteger(value),
  compare: (a: number, b: number) => a - b,
  fromJSON: (value: unknown) => value,
  toJSON: (value: unknown) => value,
});

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
