/**
 * Closing: by any number of processes at once, killed between any two of its requests, it pays the same to the cent,
 * each payout with one amount, and its manifests add up.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verify } from '../../audit/verify.ts';
import { LogError, type Producer } from '../../ports/log.ts';
import { Close } from '../../processors/close.ts';
import type { Context } from '../../processors/context.ts';
import { payoutsOf } from '../../reports/rows.ts';
import { Random } from '../../runtime/random.ts';
import type { Payout, PeriodClosure } from '../../schemas/generated/types.ts';
import { periodStatuses } from '../../service/periods.ts';
import { PAID_MS, PROGRAMME, programmeOf, Rig } from './rig.ts';

const [PERIOD] = PROGRAMME.periods;
const REQUESTED = new Set([PERIOD!.id]);
const CITIZENS = 6;
const SHARDS = 3;
const PARTITIONS = { 'citizen-ledger': SHARDS, payouts: SHARDS, 'citizen-totals': SHARDS };
/** CASHBACK of 1 euro each, SUPER_CASHBACK of 5 euro for two. */
const PAID = { payouts: CITIZENS + 2, amount: CITIZENS * 100 + 2 * 500 };

test.each(['constructor', '__proto__', 'toString'])('a period may be named %s, in shards without a payment of it too', async (name) => {
  const programme = programmeOf(name);
  const rig = await Rig.folded(1, { partitions: PARTITIONS, programme });
  await rig.engine.close(programme.periods[0]!);
  expect((await payoutsOf(rig.engine.context)).map(({ period, amount }) => [period, amount])).toEqual([[name, 100], [name, 500]]);
  expect(await verify(rig.engine.context, programme.periods[0]!, { patienceMs: 0 })).toMatchObject({ closed: true, differences: [] });
  expect(await periodStatuses(rig.engine.context, PAID_MS)).toMatchObject([{ period: name, state: 'closed', payments: 1 }]);
});

describe('killed between any two of its requests', () => {
  test.each(['nothing of it is done', 'half of it is done', 'all of it is done, the answer is lost'] as const)('and of the last %s: taken up again it pays the same', async (fate) => {
    const reference = await payoutsOf((await closed()).engine.context);
    for (let kills = 1, last = false; !last; kills++) {
      const rig = await Rig.folded(CITIZENS, { partitions: PARTITIONS });
      last = await closeWithKillAfter(rig, kills, fate);
      expect(await payoutsOf(rig.engine.context)).toEqual(reference);
      await checkPaid(rig);
      // The markers, six payouts in three shards with their manifests, the prize in three more: it was killed often enough.
      if (last) expect(kills).toBeGreaterThan(10);
    }
  });

  /** Answers whether it was over before it could be killed. */
  async function closeWithKillAfter(rig: Rig, requests: number, fate: string): Promise<boolean> {
    let left = requests;
    const { producer } = rig.engine.context;
    const dying: Producer = {
      append: async (appends) => {
        if (left < 0) throw new Error('it works on although it was killed');
        if (--left > 0) return producer.append(appends);
        left = -1;
        if (fate.startsWith('half')) {
          const [first, ...rest] = appends;
          await producer.append(rest.length > 0 ? [first!] : [{ ...first!, records: first!.records.slice(0, Math.ceil(first!.records.length / 2)) }]);
        }
        if (fate.startsWith('all')) await producer.append(appends);
        throw new LogError('unavailable', 'killed');
      },
    };
    try {
      await closeBy(rig, { ...rig.engine.context, producer: dying });
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(LogError);
      await closeBy(rig, rig.engine.context);
      return false;
    }
  }
});

describe('two closers at once', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))('seed %i', async (seed) => {
    const reference = await payoutsOf((await closed()).engine.context);
    const rig = await Rig.folded(CITIZENS, { partitions: PARTITIONS });
    const random = Random.of(seed, 'closers');
    await Promise.all([closeBy(rig, dawdling(rig.engine.context, random)), closeBy(rig, dawdling(rig.engine.context, random))]);
    expect(await payoutsOf(rig.engine.context)).toEqual(reference);
    await checkPaid(rig);
  });

  test('control: they do get in each other\'s way: some payout is sent twice, with the same bytes', async () => {
    let repeats = 0;
    for (let seed = 0; seed < 20; seed++) {
      const rig = await Rig.folded(CITIZENS, { partitions: PARTITIONS });
      const random = Random.of(seed, 'closers');
      await Promise.all([closeBy(rig, dawdling(rig.engine.context, random)), closeBy(rig, dawdling(rig.engine.context, random))]);
      repeats += (await sentOf(rig)).length - PAID.payouts;
    }
    expect(repeats).toBeGreaterThan(0);
  });

  /** Every request takes its time, so that the two overtake one another. */
  function dawdling(context: Context, random: Random): Context {
    const pause = async () => { for (let i = random.below(6); i > 0; i--) await new Promise(setImmediate); };
    return {
      ...context,
      producer: { append: async (appends) => { await pause(); return context.producer.append(appends); } },
      reader: {
        watermarks: async (topic) => { await pause(); return context.reader.watermarks(topic); },
        range: async function* (...args) { await pause(); yield* context.reader.range(...args); },
      },
    };
  }
});

describe('by the broker\'s time', () => {
  const MARGIN_MS = 3_600_000;
  const DUE_MS = PERIOD!.deadlineMs + MARGIN_MS;

  test('a period closes by itself, once its deadline and the margin are past; no request hurries it', async () => {
    const rig = await Rig.open({ arrival: 'broker', punctuateMs: 600_000, closeMarginMs: MARGIN_MS, startMs: PERIOD!.fromMs });
    const until = (ms: number) => rig.passes(ms - rig.engine.clock.nowMs());
    const close = new Close(rig.engine.context);
    const waiting = async () => (await close.advance(REQUESTED)).get(PERIOD!.id);
    await rig.engine.publish('card-enrolments', 0, [rig.enrolment(0)]);
    await until(PERIOD!.untilMs - 1000);
    await rig.engine.publish('card-transactions', 0, [rig.payment(0, { trxDate: PERIOD!.untilMs - 1000 })]);
    // In time to the last second, and then no more: what comes after the deadline is late, though nothing is closed yet.
    await until(PERIOD!.deadlineMs - 1000);
    await rig.engine.publish('card-transactions', 0, [rig.payment(0, { trxDate: PERIOD!.untilMs - 1000, idTrxAcquirer: 'last' })]);
    await until(PERIOD!.deadlineMs);
    await rig.engine.publish('card-transactions', 0, [rig.payment(0, { trxDate: PERIOD!.untilMs - 1000, idTrxAcquirer: 'late' })]);
    await until(DUE_MS - 1);
    expect(await waiting()).toBe('deadline');
    await until(DUE_MS);
    while (await waiting() !== undefined) await rig.passes(1000);
    expect((await payoutsOf(rig.engine.context)).map(({ kind, amount, transactions }) => [kind, amount, transactions]))
      .toEqual([['CASHBACK', 200, 2], ['SUPER_CASHBACK', 500, 2]]);
  });
});

test('what is in the log already with another amount stops it: nobody is paid twice', async () => {
  const rig = await closed();
  const [payout] = await sentOf(rig);
  const other = await Rig.folded(CITIZENS, { partitions: PARTITIONS });
  const { serdes } = other.engine.context;
  for (let shard = 0; shard < SHARDS; shard++) {
    await other.engine.publish('payouts', shard, [{ key: Buffer.from(payout!.citizenId), value: serdes.payout.encode({ ...payout!, amount: payout!.amount + 1 }) }]);
  }
  await expect(closeBy(other, other.engine.context)).rejects.toMatchObject({ code: 'other-payout' });
});

test('a period that is closed is left alone', async () => {
  const rig = await closed();
  const before = await sentOf(rig);
  await closeBy(rig, rig.engine.context);
  expect(await sentOf(rig)).toEqual(before);
});

async function closed(): Promise<Rig> {
  const rig = await Rig.folded(CITIZENS, { partitions: PARTITIONS });
  await closeBy(rig, rig.engine.context);
  await checkPaid(rig);
  return rig;
}

/** A closer of its own, as another process has one. */
async function closeBy(rig: Rig, context: Context): Promise<void> {
  const close = new Close(context);
  while ((await close.advance(REQUESTED)).size > 0) await rig.engine.drain();
}

/** One amount a payout, and manifests that say what is there. */
async function checkPaid(rig: Rig): Promise<void> {
  const sent = await sentOf(rig);
  const payouts = [...new Map(sent.map((payout) => [payout.payoutId, payout])).values()];
  for (const payout of sent) expect(payouts).toContainEqual(payout);
  expect({ payouts: payouts.length, amount: sum(payouts.map(({ amount }) => amount)) }).toEqual(PAID);
  const manifests = [...new Map((await manifestsOf(rig)).map((manifest) => [`${manifest.kind}/${manifest.shard}`, manifest])).values()];
  expect(manifests).toHaveLength(2 * SHARDS);
  expect(sum(manifests.map(({ amount }) => amount))).toBe(PAID.amount);
  for (const kind of ['CASHBACK', 'SUPER_CASHBACK'] as const) {
    const lines = payouts.filter((payout) => payout.kind === kind);
    expect(sum(manifests.filter((manifest) => manifest.kind === kind).map((manifest) => manifest.payouts))).toBe(lines.length);
  }
  const { reader } = rig.engine.log;
  for (const { kind, shard, digest } of manifests) {
    const lines = new Set<string>();
    const { high } = (await reader.watermarks('payouts'))[shard]!;
    for await (const records of reader.range('payouts', shard, 0, high)) {
      for (const payout of records.map(({ value }) => rig.engine.context.serdes.payout.decode(value))) {
        if (payout.kind === kind) lines.add(`${payout.payoutId}:${payout.amount}\n`);
      }
    }
    // Contract, section 5.
    expect(digest).toBe(createHash('sha256').update([...lines].sort().join('')).digest('hex'));
  }
}

async function sentOf(rig: Rig): Promise<Payout[]> {
  return all(rig, 'payouts', rig.engine.context.serdes.payout);
}

async function manifestsOf(rig: Rig): Promise<PeriodClosure[]> {
  return all(rig, 'period-closures', rig.engine.context.serdes.closure);
}

async function all<T>(rig: Rig, topic: string, serde: { decode(value: Buffer | null): T }): Promise<T[]> {
  const { reader } = rig.engine.log;
  const values: T[] = [];
  for (const [partition, { start, high }] of (await reader.watermarks(topic)).entries()) {
    for await (const records of reader.range(topic, partition, start, high)) values.push(...records.map(({ value }) => serde.decode(value)));
  }
  return values;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
