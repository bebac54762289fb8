/**
 * What every store asks of a step before its first write, so that a step is folded whole or not at all.
 *
 * The caller has decoded the step from the log: what fails here is a log that holds what this software never writes,
 * or a fault of the caller. Both stop the shard: StoreError `corrupt`, which names the place and no value.
 */
import type { CardStep } from '../ports/card-index.ts';
import type { AdjustmentDue, Decisions, FoldStep } from '../ports/citizen-totals.ts';
import { StoreError, type Step } from '../ports/store.ts';
import { ENTRIES_MAX, ENTRY, ENTRY_BYTES, faultOfLines, KIND_CORRELATED, KIND_REVERSAL, NO_PERIOD, RECORD } from '../processors/ledger-entry.ts';

const CARD_BYTES = 32;
const FINGERPRINT_BYTES_MAX = 64;
/** A citizenId has 1 to 64 bytes (contract, section 3). */
const CITIZEN_ID_CHARS_MAX = 64;

/** What a store needs to know of the whole step, found on the way. */
export interface StepBounds {
  /** Greatest arrival, -Infinity without entries. */
  readonly arrivalMs: number;
  /** Greatest source offset, -1 without entries. */
  readonly sourceOffset: number;
}

export function checkFoldStep(step: FoldStep): StepBounds {
  checkStep(step);
  if (step.reviewed !== null) checkAdjustments(step.reviewed);
  return checkDecisions(step.decisions);
}

export function checkCardStep(step: CardStep): void {
  checkStep(step);
  for (const { card, history } of step.changes) {
    checkCard(card);
    let before = -Infinity;
    for (const { fromMs, citizenId } of history) {
      if (!Number.isSafeInteger(fromMs) || fromMs <= before) corrupt('a switch of a card is not after the one before');
      if (citizenId !== null) checkCitizen(citizenId);
      before = fromMs;
    }
  }
  for (const count of Object.values(step.counts)) checkWhole(count, 'count of outcomes');
}

export function checkCard(card: Buffer): void {
  if (card.length !== CARD_BYTES) corrupt(`a card of ${card.length} bytes, not ${CARD_BYTES}`);
}

/** The end of a card shard's completeness: whole milliseconds, so that every store keeps it exactly. */
export function checkThrough(throughMs: number): void {
  if (!Number.isSafeInteger(throughMs)) corrupt('complete through no whole millisecond');
}

/** Whether a freeze of this rank is still to come; false = it is done. */
export function isNextFreeze(rank: number, frozen: number): boolean {
  if (rank > frozen + 1) corrupt(`a freeze of rank ${rank} where ${frozen} are frozen`);
  return rank === frozen + 1;
}

export function checkStep(step: Step): void {
  checkWhole(step.expected, 'expected position');
  checkWhole(step.next, 'next position');
  if (step.next <= step.expected) corrupt('the next position is not after the expected one');
  if (step.fingerprint.length === 0 || step.fingerprint.length > FINGERPRINT_BYTES_MAX) corrupt('fingerprint of a wrong length');
}

export function checkAdjustments(adjustments: readonly AdjustmentDue[]): void {
  for (const { citizenId, amountCents, cause } of adjustments) {
    checkCitizen(citizenId);
    if (!Number.isSafeInteger(amountCents) || amountCents === 0) corrupt('an adjustment of 0 or of no safe integer');
    checkWhole(cause.sourcePartition, 'partition of a cause');
    checkWhole(cause.sourceOffset, 'offset of a cause');
  }
}

export function checkCitizen(citizenId: string): void {
  if (citizenId.length === 0 || citizenId.length > CITIZEN_ID_CHARS_MAX) corrupt('a citizenId of a wrong length');
}

function checkDecisions(decisions: Decisions): StepBounds {
  const { sourcePartition, firstOffset, citizens, periods, entries } = decisions;
  checkWhole(sourcePartition, 'source partition');
  checkWhole(firstOffset, 'first source offset');
  if (entries.length % ENTRY_BYTES !== 0) corrupt('entries that are not a whole number of strides');
  if (entries.length > ENTRIES_MAX * ENTRY_BYTES) corrupt(`more than ${ENTRIES_MAX} entries`);
  if (citizens.length > ENTRIES_MAX) corrupt(`more than ${ENTRIES_MAX} citizens`);
  if (periods.length > NO_PERIOD) corrupt(`more than ${NO_PERIOD} periods`);
  for (const citizenId of citizens) checkCitizen(citizenId);
  for (const { rank } of periods) if (!Number.isInteger(rank) || rank < 1 || rank > NO_PERIOD) corrupt('a period without a rank');
  const fault = faultOfLines(decisions);
  if (fault !== null) corrupt(fault);
  let arrivalMs = -Infinity;
  let delta = -1;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const period = entries[at + ENTRY.period]!;
    const kind = entries[at + ENTRY.record + RECORD.kind]!;
    if (entries.readUInt16BE(at + ENTRY.citizen) >= citizens.length) corrupt('an entry of a citizen not named');
    if (period !== NO_PERIOD && period >= periods.length) corrupt('an entry of a period not named');
    if ((kind & ~(KIND_REVERSAL | KIND_CORRELATED)) !== 0) corrupt('an entry of an unknown kind');
    if ((period === NO_PERIOD) !== ((kind & KIND_REVERSAL) !== 0)) corrupt('a payment without a period, or a reversal with one');
    if (entries[at + ENTRY.counts]! > 1) corrupt('an entry that counts more than once');
    const entryArrivalMs = entries.readDoubleBE(at + ENTRY.arrival);
    if (!Number.isSafeInteger(entryArrivalMs)) corrupt('an entry without an arrival');
    arrivalMs = Math.max(arrivalMs, entryArrivalMs);
    delta = Math.max(delta, entries.readUInt32BE(at + ENTRY.delta));
  }
  return { arrivalMs, sourceOffset: delta < 0 ? -1 : firstOffset + delta };
}

function checkWhole(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) corrupt(`${what}: not a whole number from 0`);
}

export function corrupt(message: string): never {
  throw new StoreError('corrupt', message);
}
