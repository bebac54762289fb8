/**
 * Holds a shard of the running store against the fold of the log: the records that a period's total is made of, one by
 * one, and the totals kept beside them. Records of later deadlines may still come, and are not looked at.
 */
import type { Context } from '../processors/context.ts';
import { ID_BYTES, RECORD, RECORD_BYTES, recordsOf } from '../processors/ledger-entry.ts';
import type { SetPage } from '../ports/citizen-totals.ts';
import { compareText } from '../programme/ranking.ts';
import type { Period } from '../programme/programme.ts';
import { onTimeTotals } from '../programme/totals.ts';
import type { MemoryCitizenTotals } from '../stores/memory/citizen-totals.ts';
import type { Differences } from './differences.ts';

const PAGE_CITIZENS = 500;

export async function auditStore(
  context: Context, shard: number, period: Period, fold: MemoryCitizenTotals, differences: Differences,
): Promise<void> {
  const expected = citizensOf((after) => fold.page(shard, after, PAGE_CITIZENS));
  const found = citizensOf((after) => context.citizens.page(shard, after, PAGE_CITIZENS));
  let [left, right] = [await expected.next(), await found.next()];
  while (left.done !== true || right.done !== true) {
    const order = left.done === true ? 1 : right.done === true ? -1 : compareText(left.value.citizenId, right.value.citizenId);
    if (order <= 0) await auditCitizen(context, shard, period, left.value!, order === 0 ? right.value!.set : EMPTY, differences);
    else compareSets(right.value!.citizenId, new Map(), onTime(right.value!.set, period), differences);
    if (order <= 0) left = await expected.next();
    if (order >= 0) right = await found.next();
  }
}

const EMPTY = Buffer.alloc(0);

async function auditCitizen(
  context: Context, shard: number, period: Period, expected: SetPage['citizens'][number], found: Buffer, differences: Differences,
): Promise<void> {
  const { citizenId, set } = expected;
  compareSets(citizenId, onTime(set, period), onTime(found, period), differences);
  const kept = (await context.citizens.kept(shard, citizenId))?.find(({ periodId }) => periodId === period.id);
  if (kept === undefined) return;
  const total = onTimeTotals(recordsOf(set), context.programme).find((candidate) => candidate.period.id === period.id);
  differences.expect('kept-total', citizenId, `${total?.transactions ?? 0} ${total?.cashbackCents ?? 0}`, `${kept.transactions} ${kept.cashbackCents}`);
}

/** The records that the period's total is made of, by id. */
function onTime(set: Buffer, period: Period): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < set.length; at += RECORD_BYTES) {
    if (set[at + RECORD.deadlinesPassed]! >= period.rank) continue;
    records.set(set.toString('hex', at, at + ID_BYTES), set.subarray(at + ID_BYTES, at + RECORD_BYTES));
  }
  return records;
}

function compareSets(citizenId: string, expected: Map<string, Buffer>, found: Map<string, Buffer>, differences: Differences): void {
  for (const [id, state] of expected) {
    const other = found.get(id);
    if (other === undefined) differences.add('record-missing', citizenId, id, null);
    else if (!other.equals(state)) differences.add('record-changed', citizenId, id, id);
  }
  for (const id of found.keys()) if (!expected.has(id)) differences.add('record-extra', citizenId, null, id);
}

async function* citizensOf(page: (after: string | null) => Promise<SetPage>): AsyncGenerator<SetPage['citizens'][number], undefined> {
  for (let after: string | null = null; ;) {
    const { citizens } = await page(after);
    if (citizens.length === 0) return undefined;
    yield* citizens;
    after = citizens.at(-1)!.citizenId;
  }
}
