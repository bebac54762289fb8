/** A record's fingerprint: the same record has the same, any other has another. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FINGERPRINT_BYTES, fingerprintOf } from '../../processors/fingerprint.ts';
import type { LogRecord } from '../../ports/log.ts';

/** Few and short, so that what is a key here is a value there. */
const bytes = fc.option(fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'aab').map((text) => Buffer.from(text)), { freq: 5 });
const record: fc.Arbitrary<LogRecord> = fc.record({
  offset: fc.constantFrom(0, 1, 2 ** 40), timestampMs: fc.constantFrom(0, 1, -1, 1.6e12), key: bytes, value: bytes,
  headers: fc.constantFrom(null, { source: 'x' }),
});

test('records that differ in offset, time, key or value have different fingerprints; headers do not matter', () => {
  fc.assert(fc.property(record, record, (a, b) => {
    expect(fingerprintOf(a)).toHaveLength(FINGERPRINT_BYTES);
    expect(fingerprintOf(a).equals(fingerprintOf(b))).toBe(textOf(a) === textOf(b));
  }), { numRuns: 2000 });
});

test('control: the pairs differ in nothing but where the bytes stand, and in null and empty', () => {
  const sideBySide = ({ offset, timestampMs, key, value }: LogRecord) => `${offset} ${timestampMs} ${String(key ?? '')}${String(value ?? '')}`;
  const pairs = fc.sample(fc.tuple(record, record), { seed: 1, numRuns: 2000 });
  expect(pairs.some(([a, b]) => sideBySide(a) === sideBySide(b) && textOf(a) !== textOf(b))).toBe(true);
});

function textOf({ offset, timestampMs, key, value }: LogRecord): string {
  return JSON.stringify([offset, timestampMs, key, value]);
}
