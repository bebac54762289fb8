import fc from 'fast-check';
import { expect, test } from 'vitest';

import { avroType } from '../../schemas/avro-type.ts';
import { hasShape } from '../../schemas/body-shape.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { SAMPLES } from './samples.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const record = (...types: object[]): object =>
  ({ type: 'record', name: 'R', fields: types.map((type, i) => ({ name: `f${i}`, type })) });
const array = (items: unknown): object => ({ type: 'array', items });
const field = (type: unknown): object => ({ type: 'record', name: 'One', fields: [{ name: 'f', type }] });

test.each(SAMPLES)('$name: its body, no cut of it, and nothing more', ({ name, bodyHex }) => {
  const type = avroType(SCHEMAS[name]);
  const body = hex(bodyHex);
  expect(hasShape(body, type)).toBe(true);
  for (let end = 0; end < body.length; end++) expect(hasShape(body.subarray(0, end), type)).toBe(false);
  expect(hasShape(Buffer.concat([body, hex('00')]), type)).toBe(false);
});

test.each([
  ['an int of 32 bits', field('int'), 'ff ff ff ff 0f', true],
  ['an int of more', field('int'), 'ff ff ff ff 1f', false],
  ['an int of more bytes', field('int'), '80 80 80 80 80 00', false],
  ['a long of 64 bits', field('long'), 'ff ff ff ff ff ff ff ff ff 01', true],
  ['a long of more', field('long'), 'ff ff ff ff ff ff ff ff ff 02', false],
  ['a boolean', field('boolean'), '01', true],
  ['a boolean of 2', field('boolean'), '02', false],
  ['a text of negative length', field('string'), '01', false],
  ['a branch that is not there', field(['null', 'int']), '04 00', false],
  ['a negative branch', field(['null', 'int']), '01', false],
  ['float and double', record({ type: 'float' }, { type: 'double' }), '00 00 00 00  00 00 00 00 00 00 00 00', true],
  ['an array in two blocks', array('int'), '02 00  04 00 00  00', true],
  ['a block with its size', array('int'), '03 04 00 00  00', true],
  ['a block with a wrong size', array('int'), '03 06 00 00  00', false],
  ['a block with a negative size', array('int'), '03 03 00 00  00', false],
  ['a map', { type: 'map', values: 'boolean' }, '02 02 61 01  00', true],
  ['a count of 2^40', array('string'), '80 80 80 80 80 80 01', false],
  ['a map of 2^40', { type: 'map', values: 'null' }, '80 80 80 80 80 80 01', false],
])('%s', (_, schema, bytes, shaped) => {
  expect(hasShape(hex(bytes), avroType(schema))).toBe(shaped);
});

const LIST = { type: 'record', name: 'List', fields: [{ name: 'next', type: ['null', 'List'] }] };

test('a schema that contains itself is walked, and too deep a value is refused rather than fatal', () => {
  expect(hasShape(hex('02 02 00'), avroType(LIST))).toBe(true);
  expect(hasShape(Buffer.alloc(1_000_000, 2), avroType(LIST))).toBe(false);
});

test('what has the shape, avsc reads', () => {
  const type = avroType(SCHEMAS.Receipt);
  const sound = type.toBuffer({
    sourcePartition: 0, end: 12, read: 12, qualified: 9, dropped: { online: 2, late: 1 }, quarantined: {}, rules: 'r',
    fingerprint: Buffer.alloc(3),
  });
  let shaped = 0;
  fc.assert(fc.property(fc.nat(sound.length - 1), fc.uint8Array({ minLength: 1, maxLength: 2 }), (at, bytes) => {
    const body = Buffer.from(sound);
    body.set(bytes.subarray(0, body.length - at), at);
    if (!hasShape(body, type)) return;
    shaped++;
    expect(type.fromBuffer(body)).toBeTypeOf('object');
  }), { numRuns: 2000 });
  expect(shaped).toBeGreaterThan(100);
});
