/**
 * Adjustments: what records that come after a close change of what it should have paid.
 *
 * Source: contract, section 2 rule 7. A citizen's adjustments of a period always sum to what all the records would
 * pay, less what was paid: at the freeze the difference so far falls due, and from then on the difference that each
 * new record makes.
 */
import type { AppliedRecord } from '../programme/matching.ts';
import type { Period, Programme } from '../programme/programme.ts';
import { onTimeTotals, payCents, totals } from '../programme/totals.ts';
import type { AdjustmentDue, Cause, Decisions, LateCitizen, Settlement } from '../ports/citizen-totals.ts';
import { ENTRY, ENTRY_BYTES, ID_BYTES, RECORD, RECORD_BYTES, recordAt, recordsOf } from './ledger-entry.ts';

/** What a ledger record, entry by entry, changes in periods that are frozen already (the first `frozen` by deadline). */
export function reviewDecisions(
  decisions: Decisions, sets: ReadonlyMap<string, Buffer>, frozen: number, programme: Programme,
): AdjustmentDue[] {
  const closed = programme.byDeadline.slice(0, frozen);
  const due: AdjustmentDue[] = [];
  const states = new Map<string, CitizenState>();
  for (let at = 0; at < decisions.entries.length; at += ENTRY_BYTES) {
    const citizenId = decisions.citizens[decisions.entries.readUInt16BE(at + ENTRY.citizen)]!;
    const set = sets.get(citizenId);
    if (set === undefined) continue;
    let state = states.get(citizenId);
    if (state === undefined) states.set(citizenId, (state = stateOf(set, closed, programme)));
    const id = decisions.entries.toString('latin1', at + ENTRY.record, at + ENTRY.record + ID_BYTES);
    if (state.ids.has(id)) continue;
    state.ids.add(id);
    state.records.push(recordAt(decisions.entries, at + ENTRY.record));
    const after = payments(state.records, closed, programme);
    closed.forEach((period, i) => {
      const amountCents = after[i]! - state.paidCents[i]!;
      if (amountCents !== 0) due.push({ kind: 'adjustment', citizenId, periodId: period.id, amountCents, cause: causeAt(decisions, at) });
    });
    state.paidCents = after;
  }
  return due;
}

/** What the freeze of a period finds due to citizens with records that came after its deadline. */
export function settleLate(late: readonly LateCitizen[], period: Period, programme: Programme): Settlement[] {
  return late.map(({ citizenId, set, cause }) => {
    const records = recordsOf(set);
    const paidCents = payCents(onTimeTotals(records, programme).find((total) => total.period.id === period.id));
    const amountCents = payments(records, [period], programme)[0]! - paidCents;
    const adjustment = amountCents === 0
      ? null
      : ({ kind: 'adjustment', citizenId, periodId: period.id, amountCents, cause } as const);
    return { citizenId, adjustment };
  });
}

interface CitizenState {
  readonly records: AppliedRecord[];
  readonly ids: Set<string>;
  /** By closed period: what all the records so far would pay. */
  paidCents: readonly number[];
}

function stateOf(set: Buffer, closed: readonly Period[], programme: Programme): CitizenState {
  const records = recordsOf(set);
  const ids = new Set<string>();
  for (let at = 0; at < set.length; at += RECORD_BYTES) ids.add(set.toString('latin1', at + RECORD.id, at + RECORD.id + ID_BYTES));
  return { records, ids, paidCents: payments(records, closed, programme) };
}

/** What all the records would pay for each of the periods. */
function payments(records: readonly AppliedRecord[], periods: readonly Period[], programme: Programme): number[] {
  const all = totals(records, programme);
  return periods.map((period) => payCents(all.find((total) => total.period.id === period.id)));
}

function causeAt(decisions: Decisions, at: number): Cause {
  return {
    sourcePartition: decisions.sourcePartition,
    sourceOffset: decisions.firstOffset + decisions.entries.readUInt32BE(at + ENTRY.delta),
    arrivalMs: decisions.entries.readDoubleBE(at + ENTRY.arrival),
  };
}
