/**
 * The five files of `replay`, byte for byte, against the oracle's, on small worlds where everything collides. The
 * controls: a rule broken in one point must be told apart, or such worlds prove nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { oracle } from '../oracle/oracle.ts';
import { CONTRACT, type Rules } from '../oracle/rules.ts';
import type { World } from '../oracle/world.ts';
import { EXAMPLES } from './examples.ts';
import { MUTANTS } from './mutants.ts';
import { comparable, replayed } from './run.ts';
import { world } from './worlds.ts';

/** More for a night: REPLAY_RUNS=20000 npx vitest run test/replay/against-oracle.test.ts */
const RUNS = Number(process.env.REPLAY_RUNS ?? 250);
const HOURS_MS = 12 * 3_600_000;

test('the five files are those of the oracle', async () => {
  await fc.assert(
    fc.asyncProperty(world, fc.nat(), async (world, seed) => {
      expect(comparable(await replayed(world, seed))).toEqual(comparable(oracle(world)));
    }),
    { numRuns: RUNS },
  );
}, HOURS_MS);

describe('a misreading is told apart', () => {
  /** The same every time, so that a control never fails by bad luck. */
  const worlds: readonly World[] = [
    ...EXAMPLES.map((example) => example.world),
    ...fc.sample(world, { seed: 20_201_208, numRuns: 100 }),
  ];
  const pipeline: Record<string, unknown>[] = [];

  beforeAll(async () => {
    for (const world of worlds) pipeline.push(comparable(await replayed(world)));
  }, HOURS_MS);

  test('and the contract is not', () => {
    expect(worlds.findIndex((_, i) => !agree(i, CONTRACT))).toBe(-1);
  });

  test.each(Object.keys(MUTANTS))('%s', (name) => {
    const rules: Rules = { ...CONTRACT, ...MUTANTS[name] };
    expect(worlds.some((_, i) => !agree(i, rules))).toBe(true);
  });

  function agree(i: number, rules: Rules): boolean {
    return isDeepStrictEqual(comparable(oracle(worlds[i]!, rules)), pipeline[i]);
  }
});
