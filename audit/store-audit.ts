/**
 * Holds a shard of the running store against the fold of the log: where it stands, the records that a period's total
 * is made of, one by one, the totals kept beside them, and the running counts.
 *
 * The shard may move on meanwhile. A frozen period's records never change; of an open one what is more than the ledger
 * held is judged only where the shard stands still.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../processors/context.ts';
import { ID_BYTES, RECORD, RECORD_BYTES, recordsOf } from '../processors/ledger-entry.ts';
import type { SetPage } from '../ports/citizen-totals.ts';
import { compareText } from '../programme/ranking.ts';
import type { Period } from '../programme/programme.ts';
import { onTimeTotals } from '../programme/totals.ts';
import type { Differences } from './differences.ts';
import type { ShardFold } from './ledger-fold.ts';

const PAGE_CITIZENS = 500;
const LOOK_MS = 100;
const EMPTY = Buffer.alloc(0);

export interface StoreAudit {
  readonly context: Context;
  readonly shard: number;
  readonly period: Period;
  readonly fold: ShardFold;
  readonly differences: Differences;
}

/** Waits, at most `patienceMs`, for the store to fold what the ledger held and to send what it has to. */
export async function awaitStore({ context, shard, fold, differences }: StoreAudit, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const { standing } = await context.citizens.sets(shard, []);
    const waiting = await context.citizens.outbox(shard, 1);
    const behind = standing.position < fold.position;
    if (!behind && waiting.length === 0) return true;
    if (waitedMs >= patienceMs) {
      if (behind) differences.add('store-behind', `shard ${shard}`, fold.position, standing.position);
      else differences.add('outbox-waiting', `shard ${shard}`, null, waiting[0]!.output.kind);
      return !behind;
    }
    await sleep(LOOK_MS);
  }
}

export async function auditStore(audit: StoreAudit): Promise<void> {
  await auditStanding(audit);
  const { context, shard, fold } = audit;
  const expected = citizensOf((after) => fold.citizens.page(shard, after, PAGE_CITIZENS));
  const found = citizensOf((after) => context.citizens.page(shard, after, PAGE_CITIZENS));
  let [left, right] = [await expected.next(), await found.next()];
  while (left.done !== true || right.done !== true) {
    const order = left.done === true ? 1 : right.done === true ? -1 : compareText(left.value.citizenId, right.value.citizenId);
    await auditCitizen(audit, order <= 0 ? left.value! : null, order >= 0 ? right.value! : null);
    if (order <= 0) left = await expected.next();
    if (order >= 0) right = await found.next();
  }
}

/** Position, fingerprint and running counts. */
async function auditStanding(audit: StoreAudit): Promise<void> {
  const { context, shard, period, fold, differences } = audit;
  const where = `shard ${shard}`;
  const { standing } = await context.citizens.sets(shard, []);
  const { high } = (await context.reader.watermarks(context.topic('citizen-ledger')))[shard]!;
  if (standing.position > high) differences.add('store-ahead', where, high, standing.position);
  const counts = await context.citizens.counts(shard);
  const expected = await fold.citizens.counts(shard);
  if (standing.position === fold.position) {
    const own = (await fold.citizens.sets(shard, [])).standing.fingerprint?.toString('hex') ?? null;
    differences.expect('store-other-log', where, own, standing.fingerprint?.toString('hex') ?? null);
  }
  if (counts.position === fold.position) {
    for (const [outcome, count] of Object.entries(expected.outcomes)) {
      differences.expect('counts-differ', `${where} ${outcome}`, count, counts.outcomes[outcome as keyof typeof counts.outcomes]);
    }
  }
  if (counts.position === fold.position || isFrozen(audit)) {
    const [due, found] = [expected.sums, counts.sums].map((sums) => Object.hasOwn(sums, period.id) ? sums[period.id] : undefined);
    differences.expect('counts-differ', `${where} payments`, due?.payments ?? 0, found?.payments ?? 0);
    differences.expect('counts-differ', `${where} gross cents`, due?.grossCents ?? 0, found?.grossCents ?? 0);
  }
}

/** One of the two is there. */
async function auditCitizen(audit: StoreAudit, expected: Citizen | null, found: Citizen | null): Promise<void> {
  const { period, fold, differences } = audit;
  const { citizenId } = (expected ?? found)!;
  const due = onTime(expected?.set ?? EMPTY, period);
  const is = onTime(found?.set ?? EMPTY, period);
  for (const [id, state] of due) {
    const other = is.get(id);
    if (other === undefined) differences.add('record-missing', citizenId, id, null);
    else if (!other.equals(state)) differences.add('record-changed', citizenId, id, id);
  }
  // A shard that has moved on may hold more of an open period.
  const extraTells = isFrozen(audit) || found?.position === fold.position;
  for (const id of extraTells ? is.keys() : []) if (!due.has(id)) differences.add('record-extra', citizenId, null, id);
  if (expected !== null && found !== null) await auditKept(audit, expected, found);
}

/** The total that readers see. One that is older than the set is not there. */
async function auditKept(audit: StoreAudit, { citizenId, set }: Citizen, found: Citizen): Promise<void> {
  const { context, shard, period, differences } = audit;
  const kept = (await context.citizens.kept(shard, citizenId))?.find(({ periodId }) => periodId === period.id);
  if (kept === undefined) return;
  const total = onTimeTotals(recordsOf(set), context.programme).find((candidate) => candidate.period.id === period.id);
  const [due, is] = [`${total?.transactions ?? 0} ${total?.cashbackCents ?? 0}`, `${kept.transactions} ${kept.cashbackCents}`];
  if (due === is) return;
  // Of an open period it may be the total of more records than were compared.
  const stands = async () => found.set.length === set.length
    && (await context.citizens.sets(shard, [citizenId])).sets[0]!.length === set.length;
  if (isFrozen(audit) || await stands()) differences.add('kept-total', citizenId, due, is);
}

function isFrozen({ fold, period }: StoreAudit): boolean {
  return fold.frozen >= period.rank;
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

type Citizen = SetPage['citizens'][number] & {
  /** Where the shard stood when it was read. */
  readonly position: number;
};

async function* citizensOf(page: (after: string | null) => Promise<SetPage>): AsyncGenerator<Citizen, undefined> {
  for (let after: string | null = null; ;) {
    const { citizens, standing: { position } } = await page(after);
    if (citizens.length === 0) return undefined;
    for (const citizen of citizens) yield { ...citizen, position };
    after = citizens.at(-1)!.citizenId;
  }
}
