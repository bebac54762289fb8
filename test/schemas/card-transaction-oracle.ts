/** What to expect of a CardTransaction's body, by other means: avsc's full decode, then the contract's table as regular expressions. */
import avro from 'avsc';
import fc from 'fast-check';

import { FIELD_NAMES, OK, UNDECODABLE } from '../../schemas/card-transaction-reader.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';

const TYPE = avro.Type.forSchema(SCHEMAS.CardTransaction as Parameters<typeof avro.Type.forSchema>[0]);

export const encodeWithAvsc = (value: CardTransaction): Buffer => TYPE.toBuffer(value);
export const decodeWithAvsc = (body: Uint8Array): CardTransaction => ({ ...TYPE.fromBuffer(Buffer.from(body)) as CardTransaction });

const DAY_MS = 86_400_000;
const ID = /^[A-Za-z0-9]{1,255}$/;

const RIGHT: { readonly [F in keyof CardTransaction]: (value: CardTransaction[F]) => boolean } = {
  acquirerCode: (text) => /^[A-Za-z0-9]{5}$/.test(text),
  operationType: () => true,
  circuitType: (text) => /^[0-9]{2}$/.test(text),
  hashPan: () => true,
  // A day is more than an offset may be: instants in the minute between are not generated here, the edges have their own test.
  trxDate: (ms) => ms > Date.parse('0000-01-01T00:00Z') - DAY_MS && ms < Date.parse('9999-12-31T23:59Z') + DAY_MS,
  idTrxAcquirer: (text) => ID.test(text),
  correlationId: (text) => text === null || text === '' || ID.test(text),
  amount: (cents) => /^[0-9]{1,11}$/.test(String(cents)),
  currency: (text) => /^[0-9]{3}$/.test(text),
  acquirerId: (text) => ID.test(text),
  merchantId: (text) => ID.test(text),
  terminalId: (text) => ID.test(text),
  mcc: (text) => /^[A-Za-z0-9]{1,5}$/.test(text),
  posType: () => true,
};

export function oracle(body: Uint8Array): number {
  let value: CardTransaction;
  try {
    value = decodeWithAvsc(body);
  } catch {
    return UNDECODABLE;
  }
  const wrong = FIELD_NAMES.findIndex((name) => !(RIGHT[name] as (field: unknown) => boolean)(value[name]));
  return wrong < 0 ? OK : wrong;
}

const letters = (minLength: number, maxLength: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9]{${minLength},${maxLength}}$`));
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const id = fc.oneof({ weight: 9, arbitrary: letters(1, 20) }, { weight: 1, arbitrary: letters(200, 255) });

const sound: fc.Arbitrary<CardTransaction> = fc.record({
  acquirerCode: letters(5, 5),
  operationType: fc.constantFrom('PAYMENT', 'REVERSAL'),
  circuitType: digits(2),
  hashPan: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  trxDate: fc.oneof(fc.integer({ min: 1_600_000_000_000, max: 1_700_000_000_000 }), fc.integer()),
  idTrxAcquirer: id,
  correlationId: fc.oneof(fc.constantFrom(null, ''), id),
  amount: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 99_999_999_999 })),
  currency: digits(3),
  acquirerId: id,
  merchantId: id,
  terminalId: id,
  mcc: letters(1, 5),
  posType: fc.constantFrom('PHYSICAL', 'VIRTUAL'),
});

const wrongText = fc.oneof(
  fc.constantFrom('', '_', 'a b', '12\n', 'è', '\u0000', 'x'.repeat(256), '1234567'), fc.string({ unit: 'binary', maxLength: 8 }));
const wrongNumber = fc.oneof(fc.constantFrom(-1, 100_000_000_000, 10 ** 15, -(10 ** 15)), fc.maxSafeInteger().map((n) => Math.trunc(n / 4)));

/** A sound value with any one or two of its fields replaced, mostly by what they may not be. */
const spoilt = fc.tuple(sound, fc.subarray(FIELD_NAMES.filter((name) => !['operationType', 'hashPan', 'posType'].includes(name)), {
  minLength: 1, maxLength: 2,
}), wrongText, wrongNumber).map(([value, names, text, number]): CardTransaction => {
  const replaced = names.map((name) => [name, name === 'trxDate' || name === 'amount' ? number : text]);
  return { ...value, ...Object.fromEntries(replaced) as Partial<CardTransaction> };
});

/** Bytes changed, taken out, put in. */
const mutated = fc.tuple(sound, fc.array(fc.record({
  at: fc.nat(400), remove: fc.nat(2), insert: fc.uint8Array({ maxLength: 2 }),
}), { minLength: 1, maxLength: 3 })).map(([value, edits]): Uint8Array => edits.reduce((bytes, { at, remove, insert }) => {
  const position = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, position), insert, bytes.subarray(position + remove)]);
}, encodeWithAvsc(value)));

export const anyBody = (): fc.Arbitrary<Uint8Array> => fc.oneof(
  { weight: 2, arbitrary: sound.map(encodeWithAvsc) },
  { weight: 4, arbitrary: spoilt.map(encodeWithAvsc) },
  { weight: 3, arbitrary: mutated },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 120 }) },
);
