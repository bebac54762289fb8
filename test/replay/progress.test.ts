import { expect, test } from 'vitest';
import type { InspectedFile } from '../../feeds/inspection.ts';
import { FileMeter } from '../../replay/progress.ts';

const file = (sizeBytes: number): InspectedFile => ({
  kind: 'transactions', path: 'a', name: 'a', stamp: '', sizeBytes, packed: false, openingLines: 0, sha256: null,
});

test('counts each file once, whatever their order and however often lines of it come', () => {
  const meter = new FileMeter('transactions', [file(1), file(20), file(300)]);
  const seen = [2, 2, 0, 2, 1].map((index, i) => meter.at(index, i));
  expect(seen.map(({ bytesDone }) => bytesDone)).toEqual([300, 300, 301, 301, 321]);
  expect(seen.at(-1)).toEqual({ step: 'transactions', lines: 4, bytesDone: 321, bytesTotal: 321 });
});
