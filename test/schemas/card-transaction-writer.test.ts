/** The short way to a body against avsc's, for whatever a transaction may hold. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOT_PLAIN, PLAIN_BYTES_MAX, writeCardTransaction } from '../../schemas/card-transaction-writer.ts';
import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { Serde } from '../../schemas/serde.ts';
import { avroType } from '../../schemas/avro-type.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { TRANSACTION } from './samples.ts';

const TYPE = avroType(SCHEMAS.CardTransaction);
const PLAIN = TRANSACTION.value;

function written(value: CardTransaction): Buffer | null {
  const bytes = Buffer.alloc(PLAIN_BYTES_MAX + 3);
  const end = writeCardTransaction(value, bytes, 3);
  return end === NOT_PLAIN ? null : bytes.subarray(3, end);
}

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 255 });
const number = fc.oneof(fc.maxSafeNat(), fc.nat(200), fc.constantFrom(0, 63, 64, 8191, 8192, Number.MAX_SAFE_INTEGER));
const plain: fc.Arbitrary<CardTransaction> = fc.record({
  acquirerCode: ascii, operationType: fc.constantFrom('PAYMENT', 'REVERSAL'), circuitType: ascii,
  hashPan: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)), trxDate: number, idTrxAcquirer: ascii,
  correlationId: fc.option(ascii), amount: number, currency: ascii, acquirerId: ascii, merchantId: ascii, terminalId: ascii, mcc: ascii,
  posType: fc.constantFrom('PHYSICAL', 'VIRTUAL'),
});

const sameAsAvsc = (write: (value: CardTransaction) => Buffer | null) =>
  fc.property(plain, (value) => { expect(write(value)?.toString('hex')).toBe(TYPE.toBuffer(value).toString('hex')); });

test('writes every plain transaction as avsc does', () => { fc.assert(sameAsAvsc(written), { numRuns: 1000 }); });

test('control: numbers cut to 32 bits are found out', () => {
  expect(fc.check(sameAsAvsc((value) => written({ ...value, amount: value.amount >>> 0 }))).failed).toBe(true);
});

test('the longest plain transaction fits in the room asked for', () => {
  const longest = Object.fromEntries(Object.entries(PLAIN).map(([field, value]) => [field, typeof value === 'string' ? 'x'.repeat(255) : value]));
  const value = { ...longest, operationType: 'PAYMENT', posType: 'VIRTUAL', amount: Number.MAX_SAFE_INTEGER } as unknown as CardTransaction;
  expect(written(value)).toEqual(TYPE.toBuffer(value));
});

describe.each<[string, Partial<Record<keyof CardTransaction, unknown>>]>([
  ['a letter beyond ASCII', { mcc: 'é' }],
  ['a text of 256 characters', { merchantId: 'x'.repeat(256) }],
  ['a time before 1970', { trxDate: -1 }],
])('%s', (_, change) => {
  const value = { ...PLAIN, ...change } as CardTransaction;
  test('is left to avsc, which writes it', async () => {
    expect(written(value)).toBeNull();
    const serde = await Serde.open(new EmbeddedRegistry(), 's', 'CardTransaction');
    expect(serde.encodeBody(value)).toEqual(TYPE.toBuffer(value));
  });
});

describe.each<[string, Partial<Record<keyof CardTransaction, unknown>>]>([
  ['amount', { amount: 1.5 }], ['amount', { amount: 2 ** 53 }], ['trxDate', { trxDate: NaN }], ['amount', { amount: '5' }],
  ['hashPan', { hashPan: Buffer.alloc(31) }], ['hashPan', { hashPan: 'x'.repeat(32) }], ['operationType', { operationType: 'BOTH' }],
  ['posType', { posType: undefined }], ['currency', { currency: 978 }], ['correlationId', { correlationId: 5 }],
])('what is not of the schema: %s %o', (field, change) => {
  const value = { ...PLAIN, ...change } as CardTransaction;
  test('is refused by name', async () => {
    expect(written(value)).toBeNull();
    const serde = await Serde.open(new EmbeddedRegistry(), 's', 'CardTransaction');
    expect(() => serde.encode(value)).toThrow(`cannot encode CardTransaction: ${field} is not of the schema`);
  });
});
