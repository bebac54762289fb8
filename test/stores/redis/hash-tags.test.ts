import { describe, expect, test } from 'vitest';
import { hashTagOf, SLOTS, slotOf } from '../../../stores/redis/hash-tags.ts';

describe('hash tags', () => {
  test('slots are CRC16 (XMODEM), as in the Cluster specification', () => {
    expect(slotOf('123456789')).toBe(0x31c3 % SLOTS);
    expect(slotOf('foo')).toBe(12182);
  });

  test.each(['ledger', 'card'] as const)('%s shards spread evenly over any number of primaries, however many shards', (kind) => {
    for (const primaries of [1, 2, 3, 4, 5, 6, 8]) {
      for (let shards = 1; shards <= 64; shards++) {
        const held = Array.from({ length: primaries }, () => 0);
        for (let shard = 0; shard < shards; shard++) held[Math.floor((slotOf(hashTagOf(kind, shard)) * primaries) / SLOTS)]!++;
        expect(Math.max(...held), `${shards} shards on ${primaries}`).toBeLessThanOrEqual(Math.ceil(shards / primaries) + 2);
      }
    }
  });

  test('differ by kind and shard, and hold no brace', () => {
    const tags = Array.from({ length: 100 }, (_, shard) => [hashTagOf('ledger', shard), hashTagOf('card', shard)]).flat();
    expect(new Set(tags).size).toBe(200);
    expect(tags.join('')).toMatch(/^[A-Za-z0-9.]+$/);
  });
});
