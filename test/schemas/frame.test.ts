import { expect, test } from 'vitest';

import { FRAME_BYTES, peekSchemaId, schemaIdOf, writeFrameHead } from '../../schemas/frame.ts';

test('a frame is 0, the id in four bytes, the body', () => {
  const value = Buffer.from([7, 7, 7, 7, 7, 9, 8]);
  writeFrameHead(value, 0x01020304);
  expect([...value]).toEqual([0, 1, 2, 3, 4, 9, 8]);
  expect(schemaIdOf(value)).toBe(0x01020304);
  expect(FRAME_BYTES).toBe(5);
});

test.each([
  ['null', null, 'null-value'],
  ['empty', Buffer.alloc(0), 'no-frame'],
  ['cut off in the id', Buffer.from([0, 0, 0, 1]), 'no-frame'],
  ['another magic', Buffer.from([1, 0, 0, 0, 1]), 'no-frame'],
  ['an id of more than 31 bits', Buffer.from([0, 0x80, 0, 0, 0]), 'no-frame'],
])('a value that is %s has no schema id', (_, value, code) => {
  expect(() => schemaIdOf(value)).toThrow(expect.objectContaining({ name: 'UndecodableError', code, schemaId: null }));
  expect(peekSchemaId(value)).toBeNull();
});
