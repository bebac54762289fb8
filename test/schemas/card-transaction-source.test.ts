import { expect, test } from 'vitest';

import { avroType } from '../../schemas/avro-type.ts';
import { CardTransactionReader, FIELD, OK, UNDECODABLE } from '../../schemas/card-transaction-reader.ts';
import { CardTransactionSource } from '../../schemas/card-transaction-source.ts';
import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { Serde } from '../../schemas/serde.ts';
import { TRANSACTION, frame } from './samples.ts';

const SUBJECT = 'card-transactions-value';
interface RecordSchema { readonly fields: readonly { readonly name: string }[] }
const OURS = SCHEMAS.CardTransaction as RecordSchema;
/** Other fields, another order; correlationId comes from its default. */
const OTHER = { ...OURS, fields: [{ name: 'note', type: 'string' }, ...OURS.fields.filter(({ name }) => name !== 'correlationId').reverse()] };
const SAME_BUT_DOCS = { ...OURS, doc: 'In other words.' };

async function opened() {
  const registry = new EmbeddedRegistry();
  const otherId = await registry.idOf(SUBJECT, OTHER);
  const serde = await Serde.open(registry, SUBJECT, 'CardTransaction');
  const docsId = await registry.idOf(SUBJECT, SAME_BUT_DOCS);
  const source = new CardTransactionSource(serde);
  const reader = new CardTransactionReader();
  const read = async (value: Buffer): Promise<number> => {
    await source.prepare([value]);
    const { bytes, start, end } = source.body(value);
    return reader.read(bytes, start, end);
  };
  const other = (changes: Partial<CardTransaction> = {}): Buffer =>
    frame(otherId, avroType(OTHER).toBuffer({ note: 'n', ...TRANSACTION.value, ...changes }));
  return { serde, docsId, source, reader, read, other };
}

test('a value of our layout is read where it lies, whatever its docs say', async () => {
  const { serde, docsId, source, reader, read } = await opened();
  for (const id of [serde.schemaId, docsId]) {
    const value = frame(id, Buffer.from(TRANSACTION.bodyHex, 'hex'));
    expect(await read(value)).toBe(OK);
    expect(source.bytes).toBe(value);
    expect(reader.hasCorrelationId).toBe(true);
  }
  expect(await read(frame(serde.schemaId, Buffer.alloc(3)))).toBe(UNDECODABLE);
});

test('a value of another schema reads as if it were of ours', async () => {
  const { reader, read, other } = await opened();
  expect(await read(other())).toBe(OK);
  expect(reader.amount).toBe(TRANSACTION.value.amount);
  expect(reader.trxDate).toBe(TRANSACTION.value.trxDate);
  expect(reader.hasCorrelationId).toBe(false);
  expect(reader.bytes.subarray(reader.starts[FIELD.hashPan], reader.ends[FIELD.hashPan])).toEqual(TRANSACTION.value.hashPan);
});

test('and is held to the same forms', async () => {
  const { read, other } = await opened();
  expect(await read(other({ merchantId: 'a-b' }))).toBe(FIELD.merchantId);
  expect(await read(other({ amount: -1 }))).toBe(FIELD.amount);
  await expect(read(other().subarray(0, -1))).rejects.toThrow(expect.objectContaining({ code: 'not-of-schema', schemaId: 1 }) as Error);
});
