import { expect, test } from 'vitest';

import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';
import { Serde } from '../../schemas/serde.ts';
import { SAMPLES } from './samples.ts';

test.each(SAMPLES)('$name keeps its bytes', async ({ name, value, bodyHex }) => {
  const serde = await Serde.open(new EmbeddedRegistry(), 'subject', name);
  const encoded = serde.encode(value);
  expect(encoded.toString('hex')).toBe(`0000000001${bodyHex}`);
  expect({ ...serde.decode(encoded) }).toEqual(value);
});

test('the internal records come back as they were', async () => {
  const registry = new EmbeddedRegistry();
  const ledger = await Serde.open(registry, 'ledger', 'LedgerRecord');
  const record = {
    sourcePartition: 3, firstOffset: 2 ** 53 - 1, rules: '0123456789abcdef', citizens: ['a', 'b'],
    periods: [{ id: 'p', rules: 'fedcba9876543210' }], entries: Buffer.from([1, 2, 3]), layout: 1, closes: null,
  };
  expect(ledger.decode(ledger.encode(record))).toEqual(record);

  const receipts = await Serde.open(registry, 'receipts', 'Receipt');
  const receipt = {
    sourcePartition: 0, end: 12, read: 12, qualified: 9, dropped: { online: 2 }, quarantined: { malformed: 1 },
    rules: '0123456789abcdef', fingerprint: Buffer.alloc(0), terms: { currency: '978' },
  };
  expect(receipts.decode(receipts.encode(receipt))).toEqual(receipt);
});
