import { expect, test } from 'vitest';

import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';

const record = (...fields: object[]): object => ({ type: 'record', name: 'Thing', namespace: 'test', fields });
const A = { name: 'a', type: 'int' };
const B_WITH_DEFAULT = { name: 'b', type: 'int', default: 0 };
const B = { name: 'b', type: 'int' };

test('ids count from 1, one a schema, whatever the subject', async () => {
  const registry = new EmbeddedRegistry();
  expect(await registry.idOf('x', record(A))).toBe(1);
  expect(await registry.idOf('y', record(B))).toBe(2);
  expect(await registry.idOf('y', record(B))).toBe(2);
  expect(await registry.idOf('z', record(A))).toBe(1);
  expect(await registry.schemaOf(2)).toEqual(record(B));
});

test('an id that nobody has got is not known', async () => {
  const registry = new EmbeddedRegistry();
  await registry.idOf('x', record(A));
  expect(await Promise.all([registry.schemaOf(0), registry.schemaOf(2), registry.schemaOf(-1)])).toEqual([null, null, null]);
});

test('a schema that can read what the latest wrote is taken, another is refused and leaves no trace', async () => {
  const registry = new EmbeddedRegistry();
  await registry.idOf('x', record(A));
  expect(await registry.idOf('x', record(A, B_WITH_DEFAULT))).toBe(2);
  await expect(registry.idOf('x', record(A, B, { name: 'c', type: 'string' }))).rejects
    .toThrow(/^subject x refuses the schema, which is not BACKWARD compatible: no matching field for default-less test\.Thing\.c/);
  // BACKWARD asks about the latest schema only: without it this one would fit.
  expect(await registry.schemaOf(3)).toBeNull();
  expect(await registry.idOf('x', record(A, B))).toBe(3);
});

test('control: the same schema is taken by a subject of its own', async () => {
  expect(await new EmbeddedRegistry().idOf('other', record(A, B, { name: 'c', type: 'string' }))).toBe(1);
});

test('what a caller does to a schema afterwards changes nothing', async () => {
  const registry = new EmbeddedRegistry();
  const id = await registry.idOf('x', record(A));
  Object.assign((await registry.schemaOf(id))!, { name: 'Changed' });
  expect(await registry.schemaOf(id)).toEqual(record(A));
});
