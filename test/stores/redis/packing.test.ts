import { expect, test } from 'vitest';
import { packAdjustment, unpackOutput } from '../../../stores/redis/packing.ts';

test('a conflict that was put in the outbox before its source was known has none', () => {
  const place = { kind: 'conflict', sourcePartition: 3, sourceOffset: 2 ** 40, arrivalMs: 1_606_777_200_123 };
  expect(unpackOutput('["conflict",3,1099511627776,1606777200123]')).toEqual({ ...place, source: null, schemaId: null });
  expect(unpackOutput('["conflict",3,1099511627776,1606777200123,null,7]')).toEqual({ ...place, source: null, schemaId: 7 });
  expect(unpackOutput('["conflict",3,1099511627776,1606777200123,"ab:1",7]')).toEqual({ ...place, source: 'ab:1', schemaId: 7 });
});

test('an adjustment is what it was; anything else is corrupt', () => {
  const adjustment = {
    kind: 'adjustment' as const, citizenId: 'A', periodId: 'p', amountCents: -150, cause: { sourcePartition: 3, sourceOffset: 2 ** 40, arrivalMs: 1 },
  };
  expect(unpackOutput(packAdjustment(adjustment))).toEqual(adjustment);
  expect(() => unpackOutput('["payout"]')).toThrow(expect.objectContaining({ code: 'corrupt' }) as Error);
});
