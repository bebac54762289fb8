/**
 * A bug that a run of faults found: a store that fell back behind an earlier marker, right when the next one was to be
 * folded, answered `corrupt` to the question for late citizens, and the shard stopped for good instead of folding again.
 */
import { expect, test } from 'vitest';
import { parseProgramme } from '../../programme/parse.ts';
import { payoutsOf } from '../../reports/rows.ts';
import type { MemoryCitizenTotals } from '../../stores/memory/citizen-totals.ts';
import { PAID_MS, Rig } from './rig.ts';

const RULES = { grace: 'P1D', rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 1 };
const PROGRAMME = parseProgramme(JSON.stringify({
  programme: 'prova', timeZone: 'Europe/Rome', currency: '978',
  periods: [{ id: 'p', from: '2021-03-01', until: '2021-03-08', ...RULES }, { id: 'q', from: '2021-03-08', until: '2021-03-15', ...RULES }],
}));
const NEXT_WEEK_MS = PAID_MS + 7 * 86_400_000;

test('a store that falls back right before a marker is folded again', async () => {
  const rig = await Rig.folded(2, { programme: PROGRAMME });
  const { engine } = rig;
  await engine.publish('card-transactions', 0, [rig.payment(0, { trxDate: NEXT_WEEK_MS, idTrxAcquirer: 'next' }, NEXT_WEEK_MS)]);
  await engine.drain();
  const citizens = engine.context.citizens as MemoryCitizenTotals;
  const before = citizens.state.snapshot();
  await engine.close(PROGRAMME.byDeadline[0]!);

  const late = citizens.late.bind(citizens);
  let falls = 0;
  citizens.late = async (shard, rank, limit) => {
    if (rank === 2 && falls++ === 0) citizens.state.restore(before);
    return late(shard, rank, limit);
  };
  await engine.close(PROGRAMME.byDeadline[1]!);
  expect(falls).toBeGreaterThan(1);
  expect((await payoutsOf(engine.context)).map(({ citizenId, period, amount }) => [citizenId, period, amount]))
    .toEqual([['citizen-0', 'p', 100], ['citizen-1', 'p', 100], ['citizen-0', 'q', 100]]);
  expect(await citizens.counts(0)).toMatchObject({ outcomes: { applied: 3, repeat: 0 }, stragglers: 0 });
});
