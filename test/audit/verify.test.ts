/**
 * `verify` finds each of the planted faults, names it, and finds nothing where there is nothing: not in repeats, and not
 * in a system that goes on while it is verified.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DifferenceKind } from '../../audit/differences.ts';
import { verify } from '../../audit/verify.ts';
import type { Context } from '../../processors/context.ts';
import { ENTRY, ENTRY_BYTES, RECORD, RECORD_BYTES } from '../../processors/ledger-entry.ts';
import { payoutId } from '../../programme/ids.ts';
import type { Payout } from '../../schemas/generated/types.ts';
import type { Serde } from '../../schemas/serde.ts';
import type { TopicName } from '../../topology/names.ts';
import { FIRST, LATE, Scenario, SECOND } from '../close/scenario.ts';
import { withLog, withSet, withStore } from './tamper.ts';

/** Closed, with adjustments; the second period is open. */
let scenario: Scenario;
let context: Context;

beforeAll(async () => {
  scenario = await closedScenario();
  context = scenario.context;
});

async function closedScenario(): Promise<Scenario> {
  const scenario = await Scenario.prepare();
  await scenario.cluster.passTo(FIRST.deadlineMs);
  await scenario.closeWith(await scenario.cluster.start([]), FIRST);
  await scenario.publishAll(LATE);
  await scenario.cluster.passTo(FIRST.deadlineMs + 5_000);
  return scenario;
}

async function kindsIn(tampered: Context, period = FIRST): Promise<DifferenceKind[]> {
  const { differences, differenceCount } = await verify(tampered, period, { patienceMs: 0 });
  expect(differences.length).toBe(differenceCount);
  return [...new Set(differences.map(({ kind }) => kind))];
}

describe('nothing is wrong', () => {
  test('and the report adds up', async () => {
    const report = await verify(context, FIRST, { patienceMs: 0 });
    expect(report).toMatchObject({
      period: 'first', closed: true, citizens: 9, transactions: 20, differences: [], differenceCount: 0,
      payouts: { CASHBACK: { payouts: 8, amountCents: 15_701 }, SUPER_CASHBACK: { payouts: 2, amountCents: 10_000 } },
      adjustments: { count: 2, amountCents: -2032 },
    });
    expect(await verify(context, SECOND, { patienceMs: 0 })).toMatchObject({ closed: false, citizens: 2, payouts: {}, differences: [] });
  });

  test('in what was sent twice', async () => {
    const twice = await closedScenario();
    for (const topic of ['payouts', 'period-closures', 'adjustments'] as const) {
      for (const [partition, { high }] of (await twice.context.reader.watermarks(topic)).entries()) {
        for await (const records of twice.context.reader.range(topic, partition, 0, high)) {
          await twice.cluster.log.producer.append([{ topic, partition, records: records.map(({ key, value }) => ({ key, value })) }]);
        }
      }
    }
    expect(await kindsIn(twice.context)).toEqual([]);
  });

  test('in a system that goes on meanwhile: what arrives at any moment is no difference', async () => {
    for (let call = 1, calls = 1; call <= calls; call += 3) {
      const moving = await closedScenario();
      const auditor = await moving.cluster.start([], {
        meanwhile: async (now) => {
          if (now !== call) return;
          await moving.publish({ citizen: 7, id: 'late7', amount: 700, trxDate: FIRST.deadlineMs, reverses: 'p7x0' });
          await moving.publish({ citizen: 1, id: 'more1', amount: 700, trxDate: FIRST.deadlineMs });
          await moving.cluster.passTo(FIRST.deadlineMs + 10_000);
        },
      });
      expect([call, await kindsIn(auditor.context, FIRST)]).toEqual([call, []]);
      calls = auditor.line.calls.length;
      expect([call, await kindsIn(auditor.context, SECOND)]).toEqual([call, []]);
    }
  });
});

describe('a planted fault', () => {
  /** The first record that the change changes is read so, however often it is read. */
  const first = <T>(topic: TopicName, serde: () => Serde<T>, change: (value: T) => T | null): (() => Context) => () => {
    let place: string | null = null;
    return withLog(context, topic, (record, partition) => {
      const value = serde().decode(record.value);
      const changed = change(value);
      if (JSON.stringify(changed) === JSON.stringify(value)) return record;
      place ??= `${partition}/${record.offset}`;
      if (place !== `${partition}/${record.offset}`) return record;
      return changed === null ? null : { ...record, value: serde().encode(changed) };
    });
  };
  const payout = () => context.serdes.payout;
  const closure = () => context.serdes.closure;
  const ledger = () => context.serdes.ledger;
  const adjustment = () => context.serdes.adjustment;
  const receipt = () => context.serdes.receipt;

  test.each<[string, DifferenceKind, () => Context]>([
    ['a payout is missing', 'payout-missing', first('payouts', payout, () => null)],
    ['a payout of another amount', 'payout-differs', first('payouts', payout, (value) => ({ ...value, amount: value.amount + 1 }))],
    ['a payout for other transactions', 'payout-differs', first('payouts', payout, (value) => ({ ...value, transactions: value.transactions + 1 }))],
    ['a payout to somebody else', 'payout-misplaced', first('payouts', payout, (value) => ({ ...value, citizenId: 'citizen-99' }))],
    ['a prize for somebody who did not win', 'payout-extra', first('payouts', payout, (value): Payout => (
      { ...value, kind: 'SUPER_CASHBACK', payoutId: payoutId('prova', 'first', 'SUPER_CASHBACK', 'citizen-7') }))],
    ['a payout of another programme', 'payout-extra', first('payouts', payout, (value) => ({ ...value, programme: 'altra' }))],
    ['a manifest is missing', 'manifest-missing', first('period-closures', closure, () => null)],
    ['a manifest of another digest', 'manifest-differs', first('period-closures', closure, (value) => ({ ...value, digest: '0'.repeat(64) }))],
    ['a manifest of another sum', 'manifest-differs', first('period-closures', closure, (value) => ({ ...value, amount: value.amount + 1 }))],
    ['a manifest of another threshold', 'manifest-differs', first('period-closures', closure, (value) => (
      { ...value, lastRankedTransactions: value.lastRankedTransactions === null ? null : 4 }))],
    ['a ledger record is lost', 'ledger-gap', first('citizen-ledger', ledger, () => null)],
    ['a decision is lost', 'ledger-incomplete', first('citizen-ledger', ledger, (value) => (
      { ...value, entries: value.entries.subarray(0, -51), lines: value.lines.subarray(0, -7) }))],
    ['a close marker is lost', 'not-frozen', first('citizen-ledger', ledger, (value) => (value.closes === null ? value : null))],
    ['a ledger record of other rules', 'ledger-unreadable', first('citizen-ledger', ledger, (value) => (
      { ...value, periods: value.periods.map(({ id }) => ({ id, rules: '0123456789abcdef' })) }))],
    ['a decision that counts a deadline too few', 'deadlines-differ', first('citizen-ledger', ledger, (value) => {
      const entries = Buffer.from(value.entries);
      for (let at = 0; at < entries.length; at += ENTRY_BYTES) if (entries[at + ENTRY.record + RECORD.deadlinesPassed]! > 0) entries[at + ENTRY.record + RECORD.deadlinesPassed]!--;
      return { ...value, entries };
    })],
    ['a close marker from before the deadline', 'marker-early', () => withLog(context, 'citizen-ledger', (record) => (
      ledger().decode(record.value).closes === null ? record : { ...record, timestampMs: FIRST.deadlineMs - 1 }))],
    ['an adjustment of another programme', 'adjustment-extra', first('adjustments', adjustment, (value) => ({ ...value, programme: 'altra' }))],
    ['an adjustment is missing', 'adjustment-missing', first('adjustments', adjustment, () => null)],
    ['an adjustment of another amount', 'adjustment-differs', first('adjustments', adjustment, (value) => ({ ...value, amount: value.amount - 1 }))],
    ['a receipt that does not add up', 'receipt-sums', () => withLog(context, 'receipts', (record) => {
      const value = receipt().decode(record.value);
      return { ...record, value: receipt().encode({ ...value, qualified: value.qualified + 1 }) };
    })],
    ['a record of the store is lost', 'record-missing', () => withSet(context, (set) => set.subarray(RECORD_BYTES))],
    ['a record of the store is changed', 'record-changed', () => withSet(context, (set) => {
      set[RECORD.amount + 4]! ^= 1;
      return set;
    })],
    ['a record of the store is too much', 'record-extra', () => withSet(context, (set) => {
      const more = Buffer.from(set.subarray(0, RECORD_BYTES));
      more[RECORD.id]! ^= 1;
      return Buffer.concat([set, more]);
    })],
    ['a kept total is changed', 'kept-total', () => withStore(context, {
      kept: async (...args) => (await context.citizens.kept(...args))?.map((total) => ({ ...total, cashbackCents: total.cashbackCents + 1 })) ?? null,
    })],
    ['a running sum is changed', 'counts-differ', () => withStore(context, {
      counts: async (shard) => {
        const counts = await context.citizens.counts(shard);
        return { ...counts, sums: { first: { payments: 1, grossCents: 1 } } };
      },
    })],
    ['an outbox that nobody empties', 'outbox-waiting', () => withStore(context, {
      outbox: async () => [{ serial: 1, output: { kind: 'conflict', sourcePartition: 0, sourceOffset: 0, arrivalMs: 0, source: null, schemaId: null } }],
    })],
  ])('%s', async (_, kind, tampered) => {
    expect(await kindsIn(tampered())).toContain(kind);
  });

  test('all close markers are lost: what was paid is then too much', async () => {
    const unmarked = withLog(context, 'citizen-ledger', (record) => (ledger().decode(record.value).closes === null ? record : null));
    expect(await kindsIn(unmarked)).toEqual(expect.arrayContaining(['payout-extra', 'manifest-extra']));
  });

  test.each<[string, DifferenceKind, (doomed: Scenario) => Promise<void> | void]>([
    ['a payout twice, the second of another amount', 'payout-repeat-differs', (doomed) => copyOf(doomed, 'payouts', payout(), (value) => ({ ...value, amount: value.amount + 1 }))],
    ['a payout that is not due', 'payout-extra', (doomed) => copyOf(doomed, 'payouts', payout(), (value) => ({ ...value, payoutId: 'f'.repeat(32) }))],
    ['a second manifest', 'manifest-repeat-differs', (doomed) => copyOf(doomed, 'period-closures', closure(), (value) => ({ ...value, citizens: value.citizens + 1 }))],
    ['an adjustment that is not due', 'adjustment-extra', (doomed) => copyOf(doomed, 'adjustments', adjustment(), (value) => ({ ...value, adjustmentId: 'f'.repeat(32) }))],
    ['the end of the ledger is lost', 'store-ahead', async ({ cluster, context }) => {
      const { high } = (await context.reader.watermarks('citizen-ledger'))[0]!;
      cluster.log.truncate('citizen-ledger', 0, high - 1);
    }],
    ['the store is lost, and nobody folds', 'store-behind', ({ cluster }) => { cluster.ledger.clear(); }],
    ['the store is of another log', 'store-other-log', ({ cluster }) => { cluster.ledger.shard(0).fingerprint = Buffer.alloc(16); }],
  ])('%s', async (_, kind, plant) => {
    const doomed = await closedScenario();
    await plant(doomed);
    expect(await kindsIn(doomed.context)).toContain(kind);
  });

  async function copyOf<T>(doomed: Scenario, topic: TopicName, serde: Serde<T>, change: (value: T) => T): Promise<void> {
    const partition = (await doomed.context.reader.watermarks(topic)).findIndex(({ high }) => high > 0);
    for await (const [record] of doomed.context.reader.range(topic, partition, 0, 1)) {
      await doomed.cluster.log.producer.append([{ topic, partition, records: [{ key: record!.key, value: serde.encode(change(serde.decode(record!.value))) }] }]);
    }
  }
});
