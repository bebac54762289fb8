/**
 * Does an Avro body have exactly the shape of its writer's schema? Asked before avsc reads it.
 *
 * avsc trusts bytes: a count of 2^40 keeps it busy for hours, a negative block size for ever, an int may have
 * more than 32 bits, a number any length. kafkajs checks no CRC, so such bytes may come from a disk as well as
 * from a producer. Whether a long can be held is left to avsc, which refuses those beyond 2^53.
 */
import type { Type, types } from 'avsc';

/** The most bytes of a number, and the most that the last of so many may hold: 32 and 64 bits, 7 a byte. */
const INT = { bytesMax: 5, lastMax: 0x0f } as const;
const LONG = { bytesMax: 10, lastMax: 0x01 } as const;

/** True when the body is one value of the writer's schema, no more and no less. */
export function hasShape(body: Buffer, writer: Type): boolean {
  const shape = new Shape(body);
  try {
    return shape.skip(writer) && shape.position === body.length;
  } catch (error) {
    // A schema that contains itself nests as deep as the body is long: the stack ends first.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A walk over a body; every step says whether what it passed was well-formed. */
class Shape {
  readonly bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  skip(type: Type): boolean {
    switch (type.typeName) {
      case 'null': return true;
      case 'boolean': return this.bytes[this.position]! < 2 && this.advance(1);
      case 'int': return this.zigzag(INT) < Infinity;
      case 'abstract:long': return this.zigzag(LONG) < Infinity;
      case 'float': return this.advance(4);
      case 'double': return this.advance(8);
      case 'string':
      case 'bytes': return this.text();
      case 'fixed': return this.advance((type as types.FixedType).size);
      case 'enum': return this.index((type as types.EnumType).symbols.length) >= 0;
      case 'array': return this.blocks((type as types.ArrayType).itemsType, false);
      case 'map': return this.blocks((type as types.MapType).valuesType as Type, true);
      case 'record':
      case 'error': return this.record((type as types.RecordType).fields);
      case 'union:unwrapped':
      case 'union:wrapped': return this.branch((type as types.UnwrappedUnionType).types);
      default: return false;
    }
  }

  private record(fields: readonly types.Field[]): boolean {
    for (let i = 0; i < fields.length; i++) if (!this.skip(fields[i]!.type)) return false;
    return true;
  }

  private branch(branches: readonly Type[]): boolean {
    const branch = branches[this.index(branches.length)];
    return branch !== undefined && this.skip(branch);
  }

  /** Blocks of items up to an empty one. A negative count is followed by the block's size in bytes. */
  private blocks(itemType: Type, keyed: boolean): boolean {
    for (;;) {
      const zigzag = this.zigzag(LONG);
      if (zigzag === 0) return true;
      const sized = zigzag % 2 === 1;
      const count = sized ? (zigzag + 1) / 2 : zigzag / 2;
      const size = sized ? this.index(this.bytes.length) : -1;
      // An item is at least a byte; so an array of nulls, which nobody writes, is refused with the senseless.
      if (!(count <= this.bytes.length - this.position)) return false;
      const start = this.position;
      for (let item = 0; item < count; item++) if ((keyed && !this.text()) || !this.skip(itemType)) return false;
      if (sized && this.position !== start + size) return false;
    }
  }

  private text(): boolean {
    return this.advance(this.index(this.bytes.length));
  }

  private advance(length: number): boolean {
    if (length < 0 || length > this.bytes.length - this.position) return false;
    this.position += length;
    return true;
  }

  /** A number from 0 to below `end`; -1 when it is another. */
  private index(end: number): number {
    const zigzag = this.zigzag(LONG);
    return zigzag % 2 === 0 && zigzag / 2 < end ? zigzag / 2 : -1;
  }

  /** A zigzag number as it stands; Infinity when it does not end, or not in time. Exact below 2^53. */
  private zigzag({ bytesMax, lastMax }: typeof INT | typeof LONG): number {
    let value = 0;
    let unit = 1;
    for (let count = 1; count <= bytesMax && this.position < this.bytes.length; count++) {
      const byte = this.bytes[this.position++]!;
      if (count === bytesMax && byte > lastMax) break;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
    return Infinity;
  }
}
