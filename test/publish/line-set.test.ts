import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSet } from '../../publish/line-set.ts';

describe('a set of lines', () => {
  test('is as a Set, however large the numbers', () => {
    const step = fc.tuple(fc.constantFrom('add', 'delete'), fc.oneof(fc.nat(40), fc.nat(100_000)));
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const [lines, model] = [new LineSet(), new Set<number>()];
      for (const [action, line] of steps) {
        if (action === 'add') {
          lines.add(line);
          model.add(line);
        } else expect(lines.delete(line)).toBe(model.delete(line));
        expect(lines.size).toBe(model.size);
        expect(lines.has(line)).toBe(model.has(line));
      }
      for (const line of model) expect(lines.has(line)).toBe(true);
    }));
  });

  test('a line number that no file has is not there, and costs nothing', () => {
    const lines = new LineSet();
    lines.add(5);
    for (const line of [5 + 2 ** 32, 2 ** 52, 2 ** 31]) {
      expect(lines.has(line)).toBe(false);
      expect(lines.delete(line)).toBe(false);
    }
    expect(lines.has(5)).toBe(true);
  });
});
