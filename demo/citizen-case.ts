/**
 * All that happened to one citizen, with what the rules make of it: for telling it, and for checking the sums.
 */
import { cashbackOfPaymentCents } from '../programme/cashback.ts';
import { linkOf } from '../programme/identity.ts';
import { matchReversals } from '../programme/matching.ts';
import type { AppliedRecord, NetCents } from '../programme/matching.ts';
import { deadlinesPassedAt, periodAt } from '../programme/programme.ts';
import type { Period, Programme } from '../programme/programme.ts';
import { onTimeTotals, totals } from '../programme/totals.ts';
import type { PeriodTotal } from '../programme/totals.ts';
import type { JudgedData, JudgedEvent, JudgedRecord } from './judged-data.ts';

export interface CitizenCase {
  readonly citizenId: string;
  /** What the citizen, or somebody else with the same cards, did with them; in the order of arrival. */
  readonly events: readonly JudgedEvent[];
  /** Records of the citizen's cards that are the citizen's, or nobody's; by trxDate, then arrival. */
  readonly records: readonly JudgedRecord[];
  /** Those of them that stand in the ledger. */
  readonly applied: ReadonlyMap<JudgedRecord, AppliedRecord>;
  /** What is shown and paid, each period's at its deadline. */
  readonly totals: readonly PeriodTotal[];
  /** The same of all records, whenever they arrived: where it differs, an adjustment is due. */
  readonly finalTotals: readonly PeriodTotal[];
}

export function appliedRecord(programme: Programme, { transaction, arrivalMs }: JudgedRecord): AppliedRecord {
  return {
    reversal: transaction.operationType === 'REVERSAL',
    correlated: transaction.correlationId !== null,
    link: linkOf(transaction),
    timeMs: transaction.trxDate,
    amountCents: transaction.amount,
    deadlinesPassed: deadlinesPassedAt(programme, arrivalMs),
  };
}

/** The cases of all citizens who have enrolled a card, by citizen. */
export function citizenCases(data: JudgedData): CitizenCase[] {
  const eventsByCard = Map.groupBy(data.events, ({ enrolment }) => enrolment.hashPan.toString('hex'));
  const recordsByCard = Map.groupBy(data.records, ({ transaction }) => transaction.hashPan.toString('hex'));
  const cardsByCitizen = new Map<string, Set<string>>();
  for (const { enrolment, outcome } of data.events) {
    if (outcome !== 'applied') continue;
    const cards = cardsByCitizen.get(enrolment.citizenId) ?? new Set<string>();
    cardsByCitizen.set(enrolment.citizenId, cards.add(enrolment.hashPan.toString('hex')));
  }
  return [...cardsByCitizen].map(([citizenId, cards]) => {
    const events = [...cards].flatMap((card) => eventsByCard.get(card) ?? []);
    const records = [...cards].flatMap((card) => recordsByCard.get(card) ?? [])
      .filter(({ citizenIds }) => citizenIds.length === 0 || citizenIds.includes(citizenId))
      .sort((a, b) => a.transaction.trxDate - b.transaction.trxDate || a.arrivalMs - b.arrivalMs);
    return caseOf(data.programme, citizenId, events, records);
  });
}

function caseOf(
  programme: Programme, citizenId: string, events: readonly JudgedEvent[], records: readonly JudgedRecord[],
): CitizenCase {
  const applied = new Map(records.filter(({ outcome }) => outcome === 'applied')
    .map((record) => [record, appliedRecord(programme, record)]));
  const ledger = [...applied.values()];
  return {
    citizenId, events, records, applied,
    totals: onTimeTotals(ledger, programme),
    finalTotals: totals(ledger, programme),
  };
}

/** What a payment in the ledger earns in its period, as it is paid at the close. */
export interface Earning {
  readonly period: Period;
  /** What on-time reversals have left of the amount. */
  readonly netCents: number;
  readonly cents: number;
  /** What it would earn if a payment had no cap. */
  readonly uncappedCents: number;
}

/** Of each payment in the ledger. */
export function earnings({ applied }: CitizenCase, programme: Programme): Map<JudgedRecord, Earning> {
  const nets = new Map(programme.periods.map((period): [Period, NetCents] =>
    [period, matchReversals([...applied.values()].filter(({ deadlinesPassed }) => deadlinesPassed < period.rank))]));
  const found = new Map<JudgedRecord, Earning>();
  for (const [record, entry] of applied) {
    const period = periodAt(programme, entry.timeMs);
    if (entry.reversal || period === undefined) continue;
    const netCents = nets.get(period)!.get(entry) ?? entry.amountCents;
    found.set(record, {
      period,
      netCents,
      cents: cashbackOfPaymentCents(netCents, period),
      uncappedCents: cashbackOfPaymentCents(netCents, { ...period, transactionCapCents: Number.MAX_SAFE_INTEGER }),
    });
  }
  return found;
}

/** From which payments a reversal takes something, and how many cents: what matching says with it, and without it. */
export function takenBy(reversal: JudgedRecord, { applied }: CitizenCase): [JudgedRecord, number][] {
  const entry = applied.get(reversal);
  if (entry === undefined) return [];
  const all = [...applied.values()];
  const [withIt, without] = [matchReversals(all), matchReversals(all.filter((other) => other !== entry))];
  return [...applied].flatMap(([record, payment]): [JudgedRecord, number][] => {
    const cents = (without.get(payment) ?? payment.amountCents) - (withIt.get(payment) ?? payment.amountCents);
    return cents > 0 ? [[record, cents]] : [];
  });
}
