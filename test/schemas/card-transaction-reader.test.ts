import fc from 'fast-check';
import { expect, test } from 'vitest';

import { CardTransactionReader, FIELD, FIELD_NAMES, OK, UNDECODABLE } from '../../schemas/card-transaction-reader.ts';
import type { AvroField } from '../../schemas/generate.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { anyBody, decodeWithAvsc, encodeWithAvsc, oracle } from './card-transaction-oracle.ts';
import { TRANSACTION } from './samples.ts';

const body = (changes: Partial<CardTransaction> = {}): Buffer => encodeWithAvsc({ ...TRANSACTION.value, ...changes });
const read = (bytes: Buffer): number => new CardTransactionReader().read(bytes, 0, bytes.length);

/** What the reader has left of a body, as the value it stands for; the empty correlationId is none. */
function valueLeftOn(reader: CardTransactionReader): CardTransaction {
  const text = (field: number): string => reader.bytes.toString('utf8', reader.starts[field], reader.ends[field]);
  const { hashPan } = FIELD;
  return {
    acquirerCode: text(FIELD.acquirerCode), operationType: reader.reversal ? 'REVERSAL' : 'PAYMENT',
    circuitType: text(FIELD.circuitType), hashPan: reader.bytes.subarray(reader.starts[hashPan], reader.ends[hashPan]),
    trxDate: reader.trxDate, idTrxAcquirer: text(FIELD.idTrxAcquirer),
    correlationId: reader.hasCorrelationId ? text(FIELD.correlationId) : null, amount: reader.amount,
    currency: text(FIELD.currency), acquirerId: text(FIELD.acquirerId), merchantId: text(FIELD.merchantId),
    terminalId: text(FIELD.terminalId), mcc: text(FIELD.mcc), posType: reader.virtual ? 'VIRTUAL' : 'PHYSICAL',
  };
}

/** One reader for all bodies, as in production: nothing may be left over from the body before. */
function agreement(reader: CardTransactionReader, seen = new Set<number>()) {
  return fc.property(anyBody(), fc.uint8Array({ maxLength: 40 }), (bytes, surroundings) => {
    const buffer = Buffer.concat([surroundings, bytes, surroundings]);
    const result = reader.read(buffer, surroundings.length, surroundings.length + bytes.length);
    seen.add(result);
    expect(result).toBe(oracle(bytes));
    if (result !== OK) return;
    const value = decodeWithAvsc(bytes);
    expect(valueLeftOn(reader)).toEqual({ ...value, correlationId: value.correlationId === '' ? null : value.correlationId });
    if (!reader.hasCorrelationId) expect(reader.starts[FIELD.correlationId]).toBe(reader.ends[FIELD.correlationId]);
  });
}

test('says what avsc and regular expressions say, of sound, spoilt and mutated bodies', () => {
  const seen = new Set<number>();
  fc.assert(agreement(new CardTransactionReader(), seen), { numRuns: 5000 });
  // Enums and the fixed cannot be malformed, only undecodable.
  const malformed = Object.values(FIELD).filter((field) => ![FIELD.operationType, FIELD.hashPan, FIELD.posType].includes(field as 1));
  expect([...seen].sort((a, b) => a - b)).toEqual([UNDECODABLE, OK, ...malformed]);
});

test.each([
  ['forgives a malformed mcc', (result: number) => result === FIELD.mcc ? OK : result],
  ['takes undecodable for malformed', (result: number) => result === UNDECODABLE ? FIELD.acquirerCode : result],
])('control: a reader that %s is found out', (_, spoil) => {
  class Careless extends CardTransactionReader {
    override read(bytes: Buffer, start: number, end: number): number {
      return spoil(super.read(bytes, start, end));
    }
  }
  expect(() => { fc.assert(agreement(new Careless()), { numRuns: 5000 }); }).toThrow('Property failed');
});

test('names the fields as the schema does', () => {
  expect(FIELD_NAMES).toEqual((SCHEMAS.CardTransaction as { fields: AvroField[] }).fields.map((field) => field.name));
});

test.each([
  ['amount', 0, OK], ['amount', 99_999_999_999, OK], ['amount', 100_000_000_000, FIELD.amount], ['amount', -1, FIELD.amount],
  ['trxDate', -62_167_305_540_000, OK], ['trxDate', -62_167_305_540_001, FIELD.trxDate],
  ['trxDate', 253_402_387_139_999, OK], ['trxDate', 253_402_387_140_000, FIELD.trxDate],
  ['idTrxAcquirer', 'x'.repeat(255), OK], ['idTrxAcquirer', 'x'.repeat(256), FIELD.idTrxAcquirer],
  ['correlationId', '', OK], ['correlationId', 'x'.repeat(255), OK], ['correlationId', 'x'.repeat(256), FIELD.correlationId],
  ['mcc', '123456', FIELD.mcc], ['currency', '97', FIELD.currency], ['circuitType', '0a', FIELD.circuitType],
  ['circuitType', '٠١', FIELD.circuitType],
] as const)('at the edge: %s %j', (field, value, result) => {
  expect(read(body({ [field]: value }))).toBe(result);
});

test('the first malformed field in the schema\'s order is named', () => {
  expect(read(body({ mcc: '', currency: '', amount: -1 }))).toBe(FIELD.amount);
});

/** The sample with other bytes where its amount stands. */
function withAmount(varintHex: string): Buffer {
  return Buffer.from(TRANSACTION.bodyHex.replace('fe9fb787e905', varintHex), 'hex');
}

test.each([
  ['of 2^53 - 1', 'feffffffffffff1f', FIELD.amount],
  ['of -(2^53 - 1)', 'fdffffffffffff1f', FIELD.amount],
  ['of 2^53', '8080808080808020', UNDECODABLE],
  ['of -2^63', 'ffffffffffffffffff01', UNDECODABLE],
  ['of 0 in ten bytes', '80808080808080808000', OK],
  ['of 0 in eleven bytes', '8080808080808080808000', UNDECODABLE],
  ['of more than 64 bits', '80808080808080808002', UNDECODABLE],
])('a number %s', (_, hex, result) => {
  expect(read(withAmount(hex))).toBe(result);
});

test('every cut is undecodable, and so is a byte too many', () => {
  const bytes = body();
  for (let end = 0; end < bytes.length; end++) {
    // Within the same buffer: what lies behind the end must not be read.
    expect(new CardTransactionReader().read(bytes, 0, end)).toBe(UNDECODABLE);
  }
  expect(read(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe(UNDECODABLE);
});
