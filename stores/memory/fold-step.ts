/**
 * One step of the fold of citizens' totals, on a shard in memory. Nothing is written before all is decided.
 */
import type { Decisions, Folded, FoldStep, Review } from '../../ports/citizen-totals.ts';
import { StoreError, type Refused } from '../../ports/store.ts';
import { ENTRY, ENTRY_BYTES, KIND_REVERSAL, NO_PERIOD, originOf, RECORD } from '../../processors/ledger-entry.ts';
import type { FoldOutcome } from '../../programme/outcome.ts';
import type { StepBounds } from '../checks.ts';
import { NO_OUTCOMES, type LedgerShard } from './ledger-shard.ts';

/** `bounds`: what `checkFoldStep` found. */
export function foldStep(shard: LedgerShard, step: FoldStep, bounds: StepBounds, keepTotals: boolean): Folded | Review | Refused {
  if (step.expected !== shard.position) return { kind: 'refused', position: shard.position };
  const { decisions } = step;
  checkPeriods(shard, decisions);
  // By citizen of the step; undefined = has no record yet.
  const owners = decisions.citizens.map((citizenId) => shard.owners.get(citizenId));
  if (step.reviewed === null && shard.frozen > 0) {
    const concerned = concernedCitizens(shard, decisions, owners);
    if (concerned.size > 0) return { kind: 'review', frozen: shard.frozen, sets: new Map([...concerned].map((id) => [id, shard.setOf(id)])) };
  }

  const folded = insertAll(shard, decisions, owners, keepTotals);
  for (const adjustment of step.reviewed ?? []) shard.send(adjustment);
  for (const { id, rules } of decisions.periods) shard.folded.set(id, rules);
  shard.arrivalMs = Math.max(shard.arrivalMs, bounds.arrivalMs);
  const highest = shard.highestOffsets.get(decisions.sourcePartition) ?? -1;
  shard.highestOffsets.set(decisions.sourcePartition, Math.max(highest, bounds.sourceOffset));
  shard.position = step.next;
  shard.fingerprint = step.fingerprint;
  return folded;
}

function checkPeriods(shard: LedgerShard, { periods }: Decisions): void {
  for (const { id, rules } of periods) {
    const before = shard.folded.get(id) ?? rules;
    if (before !== rules) throw new StoreError('other-rules', `period ${id} has payments folded under other rules`);
  }
}

/** Citizens of whom the step may change what a closed period should have paid. */
function concernedCitizens(shard: LedgerShard, { citizens, periods, entries }: Decisions, owners: readonly (number | undefined)[]): Set<string> {
  const concerned = new Set<string>();
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const citizen = entries.readUInt16BE(at + ENTRY.citizen);
    const owner = owners[citizen];
    const period = entries[at + ENTRY.period]!;
    const deadlinesPassed = Math.max(entries[at + ENTRY.record + RECORD.deadlinesPassed]!, shard.frozen);
    const touchesClosed = period === NO_PERIOD || deadlinesPassed >= periods[period]!.rank
      || (owner !== undefined && shard.reversals.has(reversalKey(owner, entries, at + ENTRY.record)));
    if (!touchesClosed) continue;
    const isNew = owner === undefined || shard.records.find(owner, entries, at + ENTRY.record) === 0;
    if (isNew) concerned.add(citizens[citizen]!);
  }
  return concerned;
}

/** Owner and link in 53 bits; that two are equal by chance does no harm: a citizen is reviewed for nothing. */
function reversalKey(owner: number, entries: Buffer, record: number): number {
  const high = entries.readUInt32BE(record + RECORD.link) ^ Math.imul(owner + 1, 0x9e3779b1);
  return (high >>> 0) * 2 ** 21 + (entries.readUInt32BE(record + RECORD.link + 4) >>> 11);
}

function insertAll(shard: LedgerShard, decisions: Decisions, owners: (number | undefined)[], keepTotals: boolean): Folded {
  const { sourcePartition, firstOffset, citizens, periods, entries } = decisions;
  const highest = shard.highestOffsets.get(sourcePartition) ?? -1;
  const outcomes: Record<FoldOutcome, number> = { ...NO_OUTCOMES };
  let stragglers = 0;
  // By period of the step.
  const payments = periods.map(() => 0);
  const grossCents = periods.map(() => 0);
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const record = at + ENTRY.record;
    const citizen = entries.readUInt16BE(at + ENTRY.citizen);
    const citizenId = citizens[citizen]!;
    const counts = entries[at + ENTRY.counts] === 1;
    const sourceOffset = firstOffset + entries.readUInt32BE(at + ENTRY.delta);
    const owner = (owners[citizen] ??= shard.ownerOf(citizenId));
    const passedAtArrival = entries[record + RECORD.deadlinesPassed]!;
    const deadlinesPassed = Math.max(passedAtArrival, shard.frozen);
    const known = shard.records.add(owner, entries, record, deadlinesPassed);
    if (known === 0) {
      if (keepTotals) shard.touch(citizenId);
      if ((entries[record + RECORD.kind]! & KIND_REVERSAL) !== 0) shard.reversals.add(reversalKey(owner, entries, record));
      const place = entries[at + ENTRY.period]!;
      const period = periods[place];
      if (period !== undefined && deadlinesPassed < period.rank) {
        payments[place]!++;
        grossCents[place]! += entries.readUIntBE(record + RECORD.amount, 5);
      }
      if (passedAtArrival > shard.frozen) {
        shard.noteLate(citizenId, { sourcePartition, sourceOffset, arrivalMs: entries.readDoubleBE(at + ENTRY.arrival) }, passedAtArrival);
      }
      if (!counts) continue;
      outcomes.applied++;
      if (passedAtArrival < shard.frozen) stragglers++;
    } else if (!counts) {
      continue;
    } else if (sourceOffset <= highest) {
      outcomes.repeat++;
    } else if (shard.records.hasCheckOf(known, entries, record)) {
      outcomes.duplicate++;
    } else {
      outcomes.conflict++;
      const arrivalMs = entries.readDoubleBE(at + ENTRY.arrival);
      shard.send({ kind: 'conflict', sourcePartition, sourceOffset, arrivalMs, ...originOf(decisions, at / ENTRY_BYTES) });
    }
  }
  for (const outcome of Object.keys(outcomes) as FoldOutcome[]) shard.outcomes[outcome] += outcomes[outcome];
  shard.stragglers += stragglers;
  periods.forEach(({ id }, i) => { if (payments[i]! > 0) shard.addPayments(id, payments[i]!, grossCents[i]!); });
  return { kind: 'folded', outcomes, stragglers };
}
