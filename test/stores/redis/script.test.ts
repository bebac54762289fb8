import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Script } from '../../../stores/redis/script.ts';
import { SCRIPT_NAMES, scripts } from '../../../stores/redis/scripts.ts';

const SOURCE = `-- some-name, format 3: does something.
-- KEYS   meta citizens*
-- ARGV   generation:text expected:integer
-- ARGV   blobs:bytes*
-- RESULT 1 done count:integer sets:bytes*
-- RESULT -1 moved
--
-- Words.
return { 1 }
`;

describe('a script', () => {
  const script = new Script(SOURCE, 'some-name.lua');
  const keys = { meta: 'm', citizens: ['a', 'b'] };
  const args = { generation: 'g', expected: 5, blobs: [Buffer.of(255)] };

  test('has a header that is read', () => {
    expect(script.header).toMatchObject({ name: 'some-name', format: 3 });
    expect(script.header.args.map(({ name, type, many }) => [name, type, many])).toEqual([
      ['generation', 'text', false], ['expected', 'integer', false], ['blobs', 'bytes', true],
    ]);
  });

  test('is called by name', () => {
    expect(script.call(keys, args)).toMatchObject({ keyCount: 3, words: ['m', 'a', 'b', 'g', '5', Buffer.of(255)] });
    expect(script.call({ ...keys, citizens: [] }, { ...args, blobs: [] })).toMatchObject({ keyCount: 1, words: ['m', 'g', '5'] });
  });

  test.each<[string, object, object]>([
    ['a key missing', { meta: 'm' }, args],
    ['a key too many', { ...keys, other: 'x' }, args],
    ['one key where many are meant', { ...keys, citizens: 'a' }, args],
    ['an argument missing', keys, { generation: 'g', expected: 5 }],
    ['a fraction for an integer', keys, { ...args, expected: 0.5 }],
    ['more than 2^53', keys, { ...args, expected: 2 ** 53 }],
    ['text for bytes', keys, { ...args, blobs: ['x'] }],
    ['bytes for text', keys, { ...args, generation: Buffer.of(1) }],
  ])('refuses a call with %s', (_, wrongKeys, wrongArgs) => {
    expect(() => script.call(wrongKeys as typeof keys, wrongArgs as typeof args)).toThrow(TypeError);
  });

  test('gives answers by name', () => {
    const answer = script.answer([1, 7, Buffer.of(1), Buffer.of(2)]);
    expect([answer.kind, answer.integer('count'), answer.list('sets')]).toEqual(['done', 7, [Buffer.of(1), Buffer.of(2)]]);
    expect(script.answer([-1]).kind).toBe('moved');
  });

  test.each<[string, unknown]>([
    ['no list', 'OK'], ['an unknown code', [2]], ['too little', [1]], ['a wrong type', [1, Buffer.of(1)]],
    ['an integer beyond 2^53', [1, 2 ** 53]], ['too much', [-1, 1]], ['text in a list', [1, 1, 'x']],
  ])('refuses an answer of %s', (_, raw) => {
    expect(() => script.answer(raw)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  test.each<[string, string]>([
    ['no title', SOURCE.replace('-- some-name', '--')],
    ['an unknown type', SOURCE.replace('expected:integer', 'expected:float')],
    ['many before the last', SOURCE.replace('meta citizens*', 'citizens* meta')],
    ['a name twice', SOURCE.replace('expected:integer', 'generation:integer')],
    ['a result without a code', SOURCE.replace('RESULT 1 done', 'RESULT done')],
    ['no result', SOURCE.replaceAll('-- RESULT', '--')],
  ])('is not loaded with %s', (_, source) => {
    expect(() => new Script(source, 'some-name.lua')).toThrow(/some-name\.lua/);
  });
});

describe('the scripts', () => {
  test('are those in the folder', () => {
    const files = readdirSync(new URL('../../../stores/redis/lua/', import.meta.url));
    expect(files.sort()).toEqual([...SCRIPT_NAMES].map((name) => `${name}.lua`).sort());
  });

  test.each(SCRIPT_NAMES)('%s returns no code that its header lacks, and uses no key it does not declare', (name) => {
    const { source, header } = scripts[name];
    const returned = [...source.matchAll(/(?:return|answer =) \{ (-?\d+)/g)].map((match) => Number(match[1]));
    const inserted = [...source.matchAll(/table\.insert\(answer, 1, (-?\d+)\)/g)].map((match) => Number(match[1]));
    expect(new Set([...returned, ...inserted])).toEqual(new Set(header.results.keys()));
    expect(source).not.toMatch(/\b(?:SCAN|KEYS'|TIME|RANDOMKEY)\b/);
  });
});
