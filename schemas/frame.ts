/**
 * The Confluent frame: a byte 0, the id of the writer's schema (4 bytes, big-endian), the Avro body.
 *
 * Source: contract section 4. Ids are positive 32-bit integers; a greater one is no frame.
 */
import { UndecodableError } from './undecodable-error.ts';

const MAGIC = 0;
/** Where the body begins. */
export const FRAME_BYTES = 5;

/** Writes what stands before the body. */
export function writeFrameHead(value: Buffer, schemaId: number): void {
  value[0] = MAGIC;
  value.writeInt32BE(schemaId, 1);
}

/** The id of the writer's schema. Throws UndecodableError: null-value, no-frame. */
export function schemaIdOf(value: Buffer | null): number {
  if (value === null) throw new UndecodableError('null-value');
  const schemaId = peekSchemaId(value);
  if (schemaId === null) throw new UndecodableError('no-frame');
  return schemaId;
}

/** The id of the writer's schema, or null when the value is not framed. */
export function peekSchemaId(value: Buffer | null): number | null {
  if (value === null || value.length < FRAME_BYTES || value[0] !== MAGIC) return null;
  const schemaId = value.readInt32BE(1);
  return schemaId < 0 ? null : schemaId;
}
