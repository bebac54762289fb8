/** Which citizen's story to tell: one with a bit of everything, and not too long. */
import { holderAt, NEVER_ENROLLED } from '../programme/holding.ts';
import { earnings, takenBy } from './citizen-case.ts';
import type { CitizenCase } from './citizen-case.ts';
import type { JudgedData, JudgedRecord } from './judged-data.ts';

const RECORDS_MAX = 26;

/** What every reader should meet; each weighs as much as three of the others. */
const CORE = new Set(['online', 'enrolment day', 'partial reversal', 'duplicate', 'cap of a payment', 'payout']);

/** What a story can show; each once is enough. */
function features(citizen: CitizenCase, data: JudgedData): Set<string> {
  const shown = new Set<string>();
  for (const { outcome } of citizen.records) if (outcome !== 'applied') shown.add(outcome);
  for (const [record, { netCents, cents, uncappedCents }] of earnings(citizen, data.programme)) {
    if (uncappedCents > cents) shown.add('cap of a payment');
    if (netCents > 0 && netCents < record.transaction.amount) shown.add('partial reversal');
    if (netCents === 0) shown.add('total reversal');
  }
  for (const record of citizen.records) {
    if (record.transaction.operationType !== 'REVERSAL') continue;
    const [payment] = takenBy(record, citizen);
    if (payment !== undefined && payment[0].arrivalMs > record.arrivalMs) shown.add('reversal before its payment');
  }
  if (citizen.records.some((record) => isEnrolmentDay(record, data))) shown.add('enrolment day');
  if (citizen.events.some(({ outcome }) => outcome !== 'applied')) shown.add('refused event');
  if (citizen.totals.some(({ accruedCents, cashbackCents }) => accruedCents > cashbackCents)) shown.add('cap of a period');
  if (citizen.totals.some(({ transactions, period }) => transactions >= period.minimumTransactions)) shown.add('payout');
  return shown;
}

function isEnrolmentDay({ transaction, outcome }: JudgedRecord, { calendar, histories }: JudgedData): boolean {
  const history = histories.get(transaction.hashPan.toString('hex')) ?? NEVER_ENROLLED;
  return outcome === 'not-enrolled' && holderAt(history, calendar.nextMidnightMs(transaction.trxDate)) !== null;
}

function scoreOf(shown: ReadonlySet<string>): number {
  let score = 0;
  for (const feature of shown) score += CORE.has(feature) ? 3 : 1;
  return score;
}

/** The citizen whose story shows the most; of equals the shortest, then by id. */
export function chooseCitizen(cases: readonly CitizenCase[], data: JudgedData): CitizenCase {
  const ranked = cases.filter(({ records }) => records.length <= RECORDS_MAX)
    .map((citizen) => ({ citizen, score: scoreOf(features(citizen, data)) }))
    .sort((a, b) => b.score - a.score || a.citizen.records.length - b.citizen.records.length
      || Buffer.compare(Buffer.from(a.citizen.citizenId), Buffer.from(b.citizen.citizenId)));
  const first = ranked[0];
  if (first === undefined) throw new Error('no citizen of the demo has a story short enough to tell');
  return first.citizen;
}
