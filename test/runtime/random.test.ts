import { expect, test } from 'vitest';
import fc from 'fast-check';
import { AliasTable } from '../../generate/alias.ts';
import { Planter } from '../../generate/planter.ts';
import { Random } from '../../runtime/random.ts';

const words = (random: Random): number[] => Array.from({ length: 8 }, () => random.uint32());

/** sfc32 as its author wrote it (PractRand, 32-bit variant), on a state of three words and the counter. */
function sfc32Reference(state: [number, number, number, number]): number {
  const [a, b, c, counter] = state;
  const out = (a + b + counter) >>> 0;
  state[0] = (b ^ (b >>> 9)) >>> 0;
  state[1] = (c + (c << 3)) >>> 0;
  state[2] = (((c << 21) | (c >>> 11)) + out) >>> 0;
  state[3] = (counter + 1) >>> 0;
  return out;
}

/** splitmix32 in 64-bit integers: no shared arithmetic. */
function splitmix32Reference(seed: bigint): () => number {
  const mask = 0xffffffffn;
  let a = seed & mask;
  return () => {
    a = (a + 0x9e3779b9n) & mask;
    let t = a ^ (a >> 16n);
    t = (t * 0x21f0aaadn) & mask;
    t ^= t >> 15n;
    t = (t * 0x735a2d97n) & mask;
    return Number(t ^ (t >> 15n));
  };
}

test('the sequence is that of sfc32 seeded by splitmix32', () => {
  // Stream '' has FNV-1a's offset basis as its name bits.
  fc.assert(fc.property(fc.nat(), (seed) => {
    const seeds = splitmix32Reference(BigInt(seed) ^ 0x811c9dc5n);
    const state: [number, number, number, number] = [seeds(), seeds(), seeds(), 1];
    for (let i = 0; i < 12; i++) sfc32Reference(state);
    const expected = Array.from({ length: 8 }, () => sfc32Reference(state));
    expect(words(Random.of(seed, ''))).toEqual(expected);
  }));
});

test('another seed, beyond 32 bits too, or another stream is another sequence', () => {
  const first = words(Random.of(1, 'a'));
  expect(words(Random.of(1, 'a'))).toEqual(first);
  expect(words(Random.of(2, 'a'))).not.toEqual(first);
  expect(words(Random.of(1 + 2 ** 32, 'a'))).not.toEqual(first);
  expect(words(Random.of(1, 'b'))).not.toEqual(first);
});

test('an alias table draws each index by its weight', () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 12 }).filter((weights) => weights.some((w) => w > 0)),
    fc.nat(),
    (weights, seed) => {
      const draws = 20_000;
      const table = new AliasTable(weights);
      const random = Random.of(seed, 'alias');
      const counts = weights.map(() => 0);
      for (let i = 0; i < draws; i++) counts[table.draw(random)]!++;
      const sum = weights.reduce((a, b) => a + b);
      for (const [index, weight] of weights.entries()) {
        const expected = (draws * weight) / sum;
        if (weight === 0) expect(counts[index]).toBe(0);
        // Six deviations: a chance of one in a billion a case.
        expect(Math.abs(counts[index]! - expected)).toBeLessThanOrEqual(6 * Math.sqrt(expected) + 1e-9);
      }
    },
  ), { numRuns: 50 });
});

test('a planter plants each kind once in a block of opportunities, or owes it', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }), fc.nat(), (block, blocks, seed) => {
    const planter = new Planter(Random.of(seed, 'planter'), { rare: 1 / block });
    let last = -1;
    for (let i = 0; i < block * blocks; i++) {
      if (planter.next(['rare']) === undefined) continue;
      expect(Math.floor(i / block)).toBe(last + 1);
      last++;
    }
    expect(planter.planted.rare).toBe(blocks);
  }));
});

test('a kind that is due waits while another takes its place', () => {
  const planter = new Planter(Random.of(1, 'planter'), { always: 1, too: 1 });
  for (let i = 0; i < 10; i++) expect(planter.next(['always', 'too'])).toBe('always');
  for (let i = 0; i < 10; i++) expect(planter.next(['too'])).toBe('too');
});
