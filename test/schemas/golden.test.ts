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
    origins: [{ file: 'ab'.repeat(32), schemaId: 7 }, { file: null, schemaId: 2 ** 31 - 1 }], lines: Buffer.from([4, 5]),
  };
  expect(ledger.decode(ledger.encode(record))).toEqual(record);

  expect(ledger.encode({ ...record, origins: record.origins.slice(1) }).toString('hex')).toBe('0000000001' + [
    '06', 'feffffffffffff1f', '20' + Buffer.from(record.rules).toString('hex'), '04026102' + '6200',
    '020270' + '20' + Buffer.from('fedcba9876543210').toString('hex') + '00', '06010203', '02', '00',
    '0200feffffff0f00', '040405',
  ].join(''));

  const receipts = await Serde.open(registry, 'receipts', 'Receipt');
  const receipt = {
    sourcePartition: 0, end: 12, read: 12, qualified: 9, dropped: { online: 2 }, quarantined: { malformed: 1 },
    rules: '0123456789abcdef', fingerprint: Buffer.alloc(0), terms: { currency: '978' },
  };
  expect(receipts.decode(receipts.encode(receipt))).toEqual(receipt);
});
