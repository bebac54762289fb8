/**
 * Serializer and deserializer of one topic's values: framed Avro, the writer's schema resolved to ours.
 *
 * Reading is in two steps, so that no record waits for a socket: `prepare` fetches the writers' schemas that a
 * batch needs (a registry that is down rejects: retry the batch), `decode` then reads without waiting.
 */
import type { Type } from 'avsc';

import type { SchemaRegistry } from '../ports/registry.ts';
import { avroType } from './avro-type.ts';
import { hasShape } from './body-shape.ts';
import { NOT_PLAIN, writeCardTransaction } from './card-transaction-writer.ts';
import { FRAME_BYTES, peekSchemaId, schemaIdOf, writeFrameHead } from './frame.ts';
import type { Records } from './generated/types.ts';
import { SCHEMAS } from './schemas.ts';
import type { SchemaName } from './schemas.ts';
import { UndecodableError } from './undecodable-error.ts';
import { REAL_TIME, WriterSchemas } from './writer-schemas.ts';

/** Where values are encoded before they are copied out: avsc's own `toBuffer` allocates twice, and takes twice as long. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Of the schemas that millions of values are written in: a writer of plain values, which answers NOT_PLAIN for others. */
const PLAIN_WRITERS: { readonly [N in SchemaName]?: (value: Records[N], bytes: Buffer, start: number) => number } = {
  CardTransaction: writeCardTransaction,
};

export class Serde<T> {
  /** The id of our own schema. */
  readonly schemaId: number;
  private readonly name: string;
  private readonly type: Type;
  private readonly writers: WriterSchemas;
  private readonly writePlain: ((value: T, bytes: Buffer, start: number) => number) | undefined;

  private constructor(name: SchemaName, type: Type, schemaId: number, writers: WriterSchemas) {
    this.name = name;
    this.writePlain = PLAIN_WRITERS[name] as typeof this.writePlain;
    this.type = type;
    this.schemaId = schemaId;
    this.writers = writers;
  }

  /** Registers our schema under the subject where it is not there yet. Rejects as the registry does. */
  static async open<N extends SchemaName>(
    registry: SchemaRegistry, subject: string, name: N, time = REAL_TIME,
  ): Promise<Serde<Records[N]>> {
    const type = avroType(SCHEMAS[name]);
    const schemaId = await registry.idOf(subject, SCHEMAS[name]);
    return new Serde(name, type, schemaId, new WriterSchemas(registry, type, schemaId, time));
  }

  /** The framed value. Throws a TypeError that names the field, never its value, when it is not of the schema. */
  encode(value: T): Buffer {
    const end = this.write(value);
    writeFrameHead(scratch, this.schemaId);
    return copyOf(0, end);
  }

  /** The value's body in our schema, unframed. Errors as `encode`. */
  encodeBody(value: T): Buffer {
    return copyOf(FRAME_BYTES, this.write(value));
  }

  /** Leaves the body in `scratch`, behind room for a frame, and says where it ends. */
  private write(value: T): number {
    const plainEnd = this.writePlain?.(value, scratch, FRAME_BYTES) ?? NOT_PLAIN;
    if (plainEnd !== NOT_PLAIN) return plainEnd;
    try {
      let end = this.type.encode(value, scratch, FRAME_BYTES);
      if (end < 0) {
        scratch = Buffer.allocUnsafeSlow(2 * (scratch.length - end));
        end = this.type.encode(value, scratch, FRAME_BYTES);
      }
      return end;
    } catch {
      // avsc's own message repeats the value, so it is not even kept as cause.
      let where = '';
      this.type.isValid(value, { errorHook: (path) => { where ||= path.join('.'); } });
      throw new TypeError(`cannot encode ${this.name}: ${where === '' ? 'value' : where} is not of the schema`);
    }
  }

  /** Makes the writers' schemas known that `decode` needs for these values. Rejects when the registry does. */
  async prepare(values: Iterable<Buffer | null>): Promise<void> {
    const schemaIds = new Set<number>();
    for (const value of values) {
      const schemaId = peekSchemaId(value);
      if (schemaId !== null) schemaIds.add(schemaId);
    }
    await this.writers.prepare(schemaIds);
  }

  /** The value, once prepared. Throws UndecodableError. */
  decode(value: Buffer | null): T {
    const schemaId = schemaIdOf(value);
    const writer = this.writers.get(schemaId);
    const body = value!.subarray(FRAME_BYTES);
    if (!hasShape(body, writer.type)) throw new UndecodableError('not-of-schema', schemaId);
    try {
      return this.type.fromBuffer(body, writer.resolver) as T;
    } catch {
      // After the check of the shape: a long beyond 2^53. No cause: avsc's messages may repeat what it read.
      throw new UndecodableError('not-of-schema', schemaId);
    }
  }

  /** Whether a framed, prepared value has the very layout of our schema (docs may differ). Throws as `decode`. */
  hasOurLayout(value: Buffer | null): boolean {
    const schemaId = schemaIdOf(value);
    return schemaId === this.schemaId || this.writers.get(schemaId).resolver === undefined;
  }
}

function copyOf(start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  scratch.copy(copy, 0, start, end);
  return copy;
}
