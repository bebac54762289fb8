import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { schemasIn, typesOf } from '../../schemas/generate.ts';
import type { AvroNamed, AvroType } from '../../schemas/generate.ts';
import { SCHEMA_FOLDER, SCHEMA_NAMES } from '../../schemas/schemas.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tornaconto-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterEach(() => { rmSync(folder, { recursive: true }); });

const check = (schemas: string) => spawnSync(process.execPath, [join(schemas, 'generate.ts'), '--check'], { encoding: 'utf8' });

test('the generated types fit the schemas', () => {
  expect(check(SCHEMA_FOLDER)).toMatchObject({ status: 0, stderr: '' });
});

test('control: a drift is found, and the command that fixes it printed', () => {
  cpSync(SCHEMA_FOLDER, folder, { recursive: true });
  appendFileSync(join(folder, 'generated', 'types.ts'), '// touched by hand\n');
  expect(check(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('Run: node schemas/generate.ts') as string });
});

test('the schemas are found from the package too: code in dist/schemas, files in schemas', () => {
  cpSync(SCHEMA_FOLDER, join(folder, 'schemas'), { recursive: true });
  cpSync(join(SCHEMA_FOLDER, 'schemas.ts'), join(folder, 'dist', 'schemas', 'schemas.ts'));
  const script = `console.log(Object.keys((await import(${JSON.stringify(join(folder, 'dist/schemas/schemas.ts'))})).SCHEMAS).length)`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(Number(stdout)).toBe(SCHEMA_NAMES.length);
});

/** Where a name or field has no doc. */
function undocumented(type: AvroType, path = ''): string[] {
  if (typeof type === 'string') return [];
  if (Array.isArray(type)) return type.flatMap((branch) => undocumented(branch, path));
  const own = type.name !== undefined && !type.doc ? [`${path}/${type.name}`] : [];
  const fields = (type.fields ?? []).flatMap((field) => [
    ...field.doc ? [] : [`${path}/${field.name}`],
    ...undocumented(field.type, `${path}/${field.name}`),
  ]);
  return [...own, ...fields, ...[type.type, type.items ?? [], type.values ?? []].flatMap((inner) => undocumented(inner, path))];
}

test.each(schemasIn(SCHEMA_FOLDER).map((schema) => [schema.name, schema] as const))('%s documents itself and every field', (_, schema) => {
  expect(schema).toHaveProperty('namespace', 'tornaconto');
  expect(undocumented(schema)).toEqual([]);
});

test('control: a missing doc is found at any depth', () => {
  const inner: AvroNamed = { type: 'record', name: 'Inner', doc: 'x', fields: [{ name: 'deep', type: 'int' }] };
  const outer: AvroNamed = { type: 'record', name: 'Outer', fields: [{ name: 'list', doc: 'x', type: { type: 'array', items: inner } }] };
  expect(undocumented(outer)).toEqual(['/Outer', '/list/deep']);
});

test('two types of one name must be the same', () => {
  const fixed = (size: number): AvroNamed => ({ type: 'fixed', name: 'Hash', doc: String(size) });
  expect(() => typesOf([fixed(16), fixed(32)])).toThrow('two different Avro types are named Hash');
});
