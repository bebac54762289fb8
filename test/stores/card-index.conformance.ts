/** What every card index does: run by each adapter. */
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CardIndex, CardStep } from '../../ports/card-index.ts';
import type { CardHistory } from '../../programme/holding.ts';
import { fingerprintOf } from './entries.ts';
import { codeOf, SHARDS, type Harness } from './harness.ts';

const HELD: CardHistory = [{ fromMs: 1_606_777_200_000, citizenId: 'RSSMRA80A01H501U' }];
const MANY_HANDS: CardHistory = Array.from({ length: 40 }, (_, i) => ({ fromMs: -86_400_000 + i * 86_400_000, citizenId: i % 3 === 2 ? null : `${'x'.repeat(60)}${i}` }));

export function cardIndexConformance(name: string, open: () => Promise<Harness>, runs: number): void {
  describe(`the card index in ${name}`, () => {
    let harness: Harness;
    let index: CardIndex;
    let shard: number;
    beforeAll(async () => { harness = await open(); });
    afterAll(async () => { await harness.close(); });
    beforeEach(() => {
      index = harness.cards();
      shard = harness.freshShard();
    });
    const card = (): Buffer => randomBytes(32);
    const step = (expected: number, changes: CardStep['changes'] = [], more: Partial<CardStep> = {}): CardStep => ({
      expected, next: expected + 1, fingerprint: fingerprintOf(expected + 1), changes, counts: {}, ...more,
    });

    test('commits histories, position and counts as one', async () => {
      const [first, second] = [card(), card()];
      expect(await index.claim(shard)).toEqual({ position: 0, fingerprint: null });
      expect(await index.read(shard, [first])).toEqual({ position: 0, histories: [[]] });
      const changes = [{ card: first, history: HELD }, { card: second, history: MANY_HANDS }];
      expect(await index.commit(shard, step(0, changes, { next: 7, fingerprint: fingerprintOf(7), counts: { applied: 2, 'card-taken': 1 } }))).toEqual({ kind: 'committed' });
      expect(await index.read(shard, [second, card(), first])).toEqual({ position: 7, histories: [MANY_HANDS, [], HELD] });
      expect(await index.claim(shard)).toEqual({ position: 7, fingerprint: fingerprintOf(7) });
      await index.commit(shard, step(7, [{ card: second, history: [] }], { counts: { applied: 3 } }));
      expect(await index.read(shard, [second, first])).toEqual({ position: 8, histories: [[], HELD] });
      expect(await index.counts(shard)).toEqual({ position: 8, counts: { applied: 5, 'card-taken': 1 } });
    });

    test('is refused by a position ahead, and one behind', async () => {
      await index.commit(shard, step(0, [], { next: 5 }));
      const one = card();
      for (const expected of [0, 4, 6]) {
        expect(await index.commit(shard, step(expected, [{ card: one, history: HELD }]))).toEqual({ kind: 'refused', position: 5 });
        expect(await index.complete(shard, expected, 99)).toEqual({ kind: 'refused', position: 5 });
      }
      const found = await index.lookup([one], () => shard);
      expect(found).toEqual({ histories: [[]], shards: new Map([[shard, { position: 5, completeThroughMs: -Infinity }]]) });
    });

    test.each<[string, Partial<CardStep>]>([
      ['a card that is none', { changes: [{ card: Buffer.alloc(31), history: HELD }] }],
      ['a history out of order', { changes: [{ card: Buffer.alloc(32), history: [HELD[0]!, HELD[0]!] }] }],
      ['a position that stays', { next: 0 }],
      ['a count that is none', { counts: { applied: -1 } }],
    ])('with %s is corrupt, and writes nothing', async (_, damage) => {
      const one = card();
      const damaged = { ...step(0), ...damage, changes: [{ card: one, history: HELD }, ...damage.changes ?? []] };
      expect(await codeOf(index.commit(shard, damaged))).toBe('corrupt');
      expect(await index.read(shard, [one])).toEqual({ position: 0, histories: [[]] });
    });

    test('says through when it is complete, and never takes it back', async () => {
      const through = async (): Promise<number> => (await index.lookup([card()], () => shard)).shards.get(shard)!.completeThroughMs;
      expect(await through()).toBe(-Infinity);
      for (const [said, holds] of [[-5, -5], [1_606_777_200_000, 1_606_777_200_000], [1_606_777_199_999, 1_606_777_200_000], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]] as const) {
        expect(await index.complete(shard, 0, said)).toEqual({ kind: 'committed' });
        expect(await through()).toBe(holds);
      }
    });

    test('looks up cards of several shards, in the order asked for', async () => {
      const shards = [shard, harness.freshShard(), harness.freshShard()];
      const shardOf = (one: Buffer): number => shards[one[0]! % 3]!;
      const cards = Array.from({ length: 1500 }, card);
      for (const [i, of] of shards.entries()) {
        const changes = cards.filter((one, n) => shardOf(one) === of && n % 2 === 0)
          .map((one) => ({ card: one, history: [{ fromMs: 0, citizenId: one.toString('hex', 0, 8) }] }));
        await index.commit(of, step(0, changes, { next: 10 + i }));
        await index.complete(of, 10 + i, i);
      }
      const asked = [...cards, cards[0]!];
      const { histories, shards: standings } = await index.lookup(asked, shardOf);
      expect(histories).toEqual(asked.map((one, n) => (n % cards.length % 2 === 0 ? [{ fromMs: 0, citizenId: one.toString('hex', 0, 8) }] : [])));
      expect(new Map([...standings].sort())).toEqual(new Map(shards.map((of, i) => [of, { position: 10 + i, completeThroughMs: i }] as const).sort()));
      expect(await index.lookup([], shardOf)).toEqual({ histories: [], shards: new Map() });
    });

    test('takes no card for another: all 32 bytes count', async () => {
      const zero = Buffer.alloc(32);
      const cards = Array.from({ length: 256 }, (_, bit) => {
        const one = Buffer.from(zero);
        one[bit >> 3] = 1 << (bit & 7);
        return one;
      });
      const changes = cards.map((one, i) => ({ card: one, history: [{ fromMs: i, citizenId: `c${i}` }] }));
      await index.commit(shard, step(0, changes));
      expect((await index.read(shard, [zero, ...cards])).histories).toEqual([[], ...changes.map(({ history }) => history)]);
    });

    test('two that commit the same step: one does', async () => {
      const other = harness.cards();
      for (let position = 0; position < 10; position++) {
        const answers = await Promise.all([index, other].map(async (one) => one.commit(shard, step(position, [], { counts: { applied: 1 } }))));
        expect(answers.map(({ kind }) => kind).sort()).toEqual(['committed', 'refused']);
      }
      expect((await index.counts(shard)).counts).toEqual({ applied: 10 });
    });

    test('refuses another number of shards, and another time zone, once something is folded', async () => {
      const [fewer, elsewhere] = [harness.cards({ shards: SHARDS / 2 }), harness.cards({ timeZone: 'Europe/Athens' })];
      await index.claim(shard);
      await fewer.claim(shard);
      await elsewhere.claim(shard);
      await index.claim(shard);
      await index.commit(shard, step(0));
      expect(await codeOf(fewer.claim(shard))).toBe('other-shards');
      expect(await codeOf(elsewhere.claim(shard))).toBe('other-rules');
      await index.claim(shard);
    });

    test('a shard that was lost is empty, and folded again by those who had it', async () => {
      const one = card();
      await index.claim(shard);
      await index.commit(shard, step(0, [{ card: one, history: HELD }]));
      await index.complete(shard, 1, 5);
      await harness.lose('card', shard);
      expect(await index.commit(shard, step(1))).toEqual({ kind: 'refused', position: 0 });
      expect(await index.lookup([one], () => shard)).toEqual({ histories: [[]], shards: new Map([[shard, { position: 0, completeThroughMs: -Infinity }]]) });
      expect(await index.commit(shard, step(0, [{ card: one, history: HELD }]))).toEqual({ kind: 'committed' });
      expect(await harness.cards().claim(shard)).toMatchObject({ position: 1 });
    });

    test(`gives back any history, of the last commit (${runs} histories)`, async () => {
      const names = fc.string({ unit: fc.constantFrom(...'abzAZ09._:-'), minLength: 1, maxLength: 64 });
      const history = fc.uniqueArray(fc.integer({ min: -(2 ** 46), max: 2 ** 46 }), { maxLength: 8 }).chain((times) => (
        fc.tuple(...times.sort((a, b) => a - b).map((fromMs) => fc.option(names).map((citizenId) => ({ fromMs, citizenId }))))
      ));
      const commits = fc.array(fc.array(fc.record({ card: fc.nat(5), history }), { maxLength: 6 }), { maxLength: 6 });
      await fc.assert(fc.asyncProperty(commits, async (steps) => {
        const fresh = harness.freshShard();
        const cards = Array.from({ length: 6 }, card);
        const model = cards.map((): CardHistory => []);
        for (const [position, changes] of steps.entries()) {
          for (const change of changes) model[change.card] = change.history;
          await index.commit(fresh, step(position, changes.map((change) => ({ card: cards[change.card]!, history: change.history }))));
        }
        expect(await index.read(fresh, cards)).toEqual({ position: steps.length, histories: model });
      }), { numRuns: runs });
    });
  });
}
