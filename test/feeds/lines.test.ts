import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_LINES_MAX, LINE_BYTES_MAX, LineSplitter } from '../../feeds/lines.ts';

type Split = (bytes: Buffer, cuts: readonly number[]) => (string | null)[];

/** The splitter over the bytes cut at these places; the block is overwritten after each push, as files' are. */
function split(bytes: Buffer, cuts: readonly number[], lineBytesMax?: number): (string | null)[] {
  const splitter = new LineSplitter(lineBytesMax);
  const texts: (string | null)[] = [];
  const take = (batches: Iterable<{ firstLine: number; texts: readonly (string | null)[] }>) => {
    for (const batch of batches) {
      expect(batch.firstLine).toBe(texts.length + 1);
      expect(batch.texts.length).toBeGreaterThan(0);
      expect(batch.texts.length).toBeLessThanOrEqual(BATCH_LINES_MAX);
      texts.push(...batch.texts);
    }
  };
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) {
    const block = Buffer.from(bytes.subarray(places[i - 1], places[i]));
    take(splitter.push(block));
    block.fill('!');
  }
  take(splitter.end());
  return texts;
}

/** The same said plainly, over the whole content. */
function oracle(bytes: Buffer, lineBytesMax = LINE_BYTES_MAX): (string | null)[] {
  const lines = bytes.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    if (line.length > lineBytesMax) return null;
    const data = Buffer.from(line.endsWith('\r') ? line.slice(0, -1) : line, 'latin1');
    return isUtf8(data) ? data.toString() : null;
  });
}

const piece = fc.constantFrom('\n', '\r', '\r\n', 'a', ';', '\0', '\u2028', 'è', '😀', '\ufeff').map((text) => Buffer.from(text));
const notUtf8 = fc.constantFrom([0xff], [0xe2, 0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80]).map((bytes) => Buffer.from(bytes));
const content = fc.array(fc.oneof({ arbitrary: piece, weight: 9 }, { arbitrary: notUtf8, weight: 1 }), { maxLength: 40 })
  .map((pieces) => Buffer.concat(pieces));
const cutContent = content.chain((bytes) => fc.tuple(
  fc.constant(bytes), fc.array(fc.nat(bytes.length), { maxLength: 10 }),
));

function sameAsOracle(subject: Split) {
  return fc.property(cutContent, ([bytes, cuts]) => { expect(subject(bytes, cuts)).toEqual(oracle(bytes)); });
}

describe('lines', () => {
  test.each([
    ['nothing', '', []],
    ['one LF', '\n', ['']],
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['no last LF', 'a\nb', ['a', 'b']],
    ['a CR at the very end', 'a\nb\r', ['a', 'b']],
    ['only one CR is part of the ending', 'a\r\r\n', ['a\r']],
    ['a lone CR is data', 'a\rb\n', ['a\rb']],
    ['U+2028, U+0085 and NUL are data', 'a\u2028b\u0085c\0d\n', ['a\u2028b\u0085c\0d']],
    ['a byte order mark is data', '\ufeffa\n', ['\ufeffa']],
    ['empty lines count', '\n\na\n\n', ['', '', 'a', '']],
  ])('%s', (_what, text, lines) => {
    expect(split(Buffer.from(text), [])).toEqual(lines);
  });

  test('a line that is not UTF-8 spoils no other', () => {
    const bytes = Buffer.concat([Buffer.from('città\n'), Buffer.from([0xe0, 10]), Buffer.from('però\n')]);
    expect(split(bytes, [])).toEqual(['città', null, 'però']);
  });

  test('are the same for every place at which a block may end', () => {
    const bytes = Buffer.concat([Buffer.from('aà\r\n\r\n😀;\u2028\r\r\nb\n'), Buffer.from([0xff, 10, 0xe2]), Buffer.from('\nz\r')]);
    for (let a = 0; a <= bytes.length; a++) {
      for (let b = a; b <= bytes.length; b++) expect(split(bytes, [a, b])).toEqual(oracle(bytes));
    }
    expect(split(bytes, [...bytes.keys()])).toEqual(oracle(bytes));
  });

  test('are those of the oracle, wherever the blocks end', () => {
    fc.assert(sameAsOracle(split), { numRuns: 2000 });
  });

  test('control: a splitter that decodes block by block is found out', () => {
    const naive: Split = (bytes, cuts) => {
      const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
      const text = places.slice(1).map((end, i) => bytes.toString('utf8', places[i], end)).join('');
      const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
      if (text === '' || text.endsWith('\n')) lines.pop();
      return lines;
    };
    expect(fc.check(sameAsOracle(naive), { numRuns: 2000 }).failed).toBe(true);
  });

  test('longer than the limit are null, wherever the blocks end, and counting goes on', () => {
    fc.assert(fc.property(cutContent, fc.nat(6), ([bytes, cuts], lineBytesMax) => {
      expect(split(bytes, cuts, lineBytesMax)).toEqual(oracle(bytes, lineBytesMax));
    }), { numRuns: 1000 });
  });

  test('an endless line takes no more memory than the limit', () => {
    const splitter = new LineSplitter();
    const block = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) expect([...splitter.push(block)]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * LINE_BYTES_MAX);
    expect([...splitter.push(Buffer.from('\nshort\n'))]).toEqual([
      { firstLine: 1, texts: [null] }, { firstLine: 2, texts: ['short'] },
    ]);
  });

  test('a block of bare LFs comes in small batches', () => {
    expect(split(Buffer.alloc(10 * BATCH_LINES_MAX + 1, '\n'), [])).toHaveLength(10 * BATCH_LINES_MAX + 1);
  });
});
