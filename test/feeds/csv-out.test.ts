import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeWhole } from '../../feeds/atomic-file.ts';
import { csvRow, writeCsv } from '../../feeds/csv-out.ts';
import { temporaryFolder } from './samples.ts';

const folder = temporaryFolder();

/** RFC 4180, read strictly: a quote only at the start of a field, doubled inside. */
function parseRow(row: string): string[] {
  const fields: string[] = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\n$)/gy;
  for (let match = field.exec(row); match !== null; match = field.exec(row)) {
    fields.push(match[1]!.startsWith('"') ? match[1]!.slice(1, -1).replaceAll('""', '"') : match[1]!);
    if (match[2] !== ',') return fields;
  }
  throw new Error('not a row');
}

describe('a CSV row', () => {
  test.each<[string, (string | number | null)[], string]>([
    ['plain', ['a', 1, -2, null, ''], 'a,1,-2,,\n'],
    ['a comma', ['a,b', 'c'], '"a,b",c\n'],
    ['a quote', ['a"b'], '"a""b"\n'],
    ['CR and LF', ['a\rb', 'c\nd'], '"a\rb","c\nd"\n'],
    ['blanks, semicolons and accents need no quotes', [' a ', 'b;c', 'è\u2028'], ' a ,b;c,è\u2028\n'],
  ])('%s', (_what, values, row) => {
    expect(csvRow(values)).toBe(row);
  });

  test('is read back as it was, quoted only where needed', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', '😀') });
    fc.assert(fc.property(fc.array(text, { minLength: 1 }), (values) => {
      const row = csvRow(values);
      expect(parseRow(row)).toEqual(values);
      if (!/[",\r\n]/.test(values.join(''))) expect(row).not.toContain('"');
    }));
  });
});

describe('a report file', () => {
  test('has its header also without rows', async () => {
    await writeCsv(folder.path('empty.csv'), ['a', 'b'], []);
    expect(await readFile(folder.path('empty.csv'), 'utf8')).toBe('a,b\n');
  });

  test('is as long as its rows, from any kind of source', async () => {
    async function* later() { for (let i = 0; i < 50_000; i += 2) yield [[i, 'è'], [i + 1, 'è']]; }
    await writeCsv(folder.path('long.csv'), ['n', 'text'], later());
    await writeCsv(folder.path('same.csv'), ['n', 'text'], [Array.from({ length: 50_000 }, (_, i) => [i, 'è'])]);
    const text = await readFile(folder.path('long.csv'), 'utf8');
    expect(text).toBe(`n,text\n${Array.from({ length: 50_000 }, (_, i) => `${i},è\n`).join('')}`);
    expect(await readFile(folder.path('same.csv'), 'utf8')).toBe(text);
  });

  test('stays as it was when the new one breaks off, and nothing else is left', async () => {
    const path = await folder.write('kept.csv', 'old\n');
    function* broken() {
      yield 'x'.repeat(1_000_000);
      throw new Error('broken off');
    }
    await expect(writeWhole(path, broken())).rejects.toThrow('broken off');
    await expect(writeCsv(path, ['a'], [[['1'], ['1', '2']]])).rejects.toThrow('2 values under 1 columns');
    expect(await readFile(path, 'utf8')).toBe('old\n');
    expect((await readdir(folder.path())).filter((name) => name.includes('tmp'))).toEqual([]);
    await writeWhole(path, ['new', '\n']);
    expect(await readFile(path, 'utf8')).toBe('new\n');
  });
});
