/**
 * Every record of a data set with what the rules say of it: the plainest use of `programme/`, record by record.
 *
 * For telling stories and for checking the generator: it keeps every record, so it is for small data sets. The rules
 * are the real ones; only the bookkeeping (a map a card, a map a citizen) is its own.
 */
import { readFile } from 'node:fs/promises';
import { inArrivalOrder } from '../feeds/arrival-order.ts';
import { readEnrolments } from '../feeds/enrolment-file.ts';
import { inspect } from '../feeds/inspection.ts';
import type { FeedKind, InspectedFile } from '../feeds/inspection.ts';
import { Calendar } from '../programme/calendar.ts';
import { applyEnrolment, NEVER_ENROLLED } from '../programme/holding.ts';
import type { CardHistory, EnrolmentVerdict } from '../programme/holding.ts';
import { contentOf, identityOf } from '../programme/identity.ts';
import { judge } from '../programme/judging.ts';
import type { DropReason, QuarantineReason } from '../programme/outcome.ts';
import { parseProgramme } from '../programme/parse.ts';
import type { Programme } from '../programme/programme.ts';
import type { CardEnrolment, CardTransaction } from '../schemas/generated/types.ts';

export type Outcome = 'applied' | 'duplicate' | DropReason | QuarantineReason;

export interface JudgedEvent {
  readonly enrolment: CardEnrolment;
  readonly outcome: EnrolmentVerdict['outcome'];
}

export interface JudgedRecord {
  readonly transaction: CardTransaction;
  readonly arrivalMs: number;
  readonly outcome: Outcome;
  /** In whose ledgers it was looked for; the first is the latest holder's, with whom it is counted. */
  readonly citizenIds: readonly string[];
}

export interface JudgedData {
  readonly programme: Programme;
  readonly calendar: Calendar;
  readonly events: readonly JudgedEvent[];
  /** By card, lower-case hex. */
  readonly histories: ReadonlyMap<string, CardHistory>;
  /** In the order of their arrival; malformed lines are not among them. */
  readonly records: readonly JudgedRecord[];
  /** Of all lines, malformed ones included. */
  readonly outcomes: ReadonlyMap<Outcome, number>;
  /** Enrolment events of each outcome; quarantined ones by their reason. */
  readonly eventOutcomes: ReadonlyMap<string, number>;
  readonly filesRefused: number;
}

/** A citizen's records by identity: what stands there, by its content. */
type Ledger = Map<string, string>;

class Tally<K> extends Map<K, number> {
  count(key: K): void {
    this.set(key, (this.get(key) ?? 0) + 1);
  }
}

async function taken(paths: readonly string[], kind: FeedKind): Promise<InspectedFile[]> {
  const inspections = await Promise.all(paths.map((path) => inspect(path, kind)));
  return inspections.flatMap((inspection) => (inspection.refused === null ? [inspection.file] : []));
}

/** @throws ProgrammeError, FeedError */
export async function judgeData(
  programmePath: string, enrolmentPaths: readonly string[], transactionPaths: readonly string[],
): Promise<JudgedData> {
  const programme = parseProgramme(await readFile(programmePath, 'utf8'));
  const calendar = new Calendar(programme.timeZone);
  const enrolmentFiles = await taken(enrolmentPaths, 'enrolments');
  const transactionFiles = await taken(transactionPaths, 'transactions');
  const filesRefused = enrolmentPaths.length + transactionPaths.length - enrolmentFiles.length - transactionFiles.length;
  const enrolments = await judgeEnrolments(enrolmentFiles, calendar);
  const transactions = await judgeTransactions(transactionFiles, programme, calendar, enrolments.histories);
  return { programme, calendar, filesRefused, ...enrolments, ...transactions };
}

async function judgeEnrolments(
  files: readonly InspectedFile[], calendar: Calendar,
): Promise<Pick<JudgedData, 'events' | 'histories' | 'eventOutcomes'>> {
  const histories = new Map<string, CardHistory>();
  const events: JudgedEvent[] = [];
  const eventOutcomes = new Tally<string>();
  for (const file of files) {
    for await (const items of readEnrolments(file)) {
      for (const { enrolment } of items) {
        if (enrolment === null) {
          eventOutcomes.count('malformed');
          continue;
        }
        const card = enrolment.hashPan.toString('hex');
        const verdict = applyEnrolment(histories.get(card) ?? NEVER_ENROLLED, enrolment, enrolment.at, calendar);
        if (verdict.outcome === 'applied') histories.set(card, verdict.history);
        eventOutcomes.count(verdict.outcome === 'quarantined' ? verdict.reason : verdict.outcome);
        events.push({ enrolment, outcome: verdict.outcome });
      }
    }
  }
  return { histories, events, eventOutcomes };
}

async function judgeTransactions(
  files: readonly InspectedFile[], programme: Programme, calendar: Calendar, histories: ReadonlyMap<string, CardHistory>,
): Promise<Pick<JudgedData, 'records' | 'outcomes'>> {
  const ledgers = new Map<string, Ledger>();
  const records: JudgedRecord[] = [];
  const outcomes = new Tally<Outcome>();
  for await (const items of inArrivalOrder(files, calendar)) {
    for (const item of items) {
      if (item.transaction === null) {
        outcomes.count('malformed');
        continue;
      }
      const { transaction, arrivalMs } = item;
      const history = histories.get(transaction.hashPan.toString('hex')) ?? NEVER_ENROLLED;
      const { citizenIds, outcome } = judgeOne(transaction, arrivalMs, programme, history, ledgers);
      outcomes.count(outcome);
      records.push({ transaction, arrivalMs, outcome, citizenIds });
    }
  }
  return { records, outcomes };
}

function judgeOne(
  transaction: CardTransaction, arrivalMs: number, programme: Programme, history: CardHistory, ledgers: Map<string, Ledger>,
): Pick<JudgedRecord, 'outcome' | 'citizenIds'> {
  const verdict = judge(programme, {
    reversal: transaction.operationType === 'REVERSAL',
    virtual: transaction.posType === 'VIRTUAL',
    hasCorrelationId: transaction.correlationId !== null,
    ownCurrency: transaction.currency === programme.currency,
    trxDate: transaction.trxDate,
  }, arrivalMs, history);
  if (verdict.kind === 'dropped' || verdict.kind === 'quarantined') return { outcome: verdict.reason, citizenIds: [] };
  const citizenIds = verdict.kind === 'payment' ? [verdict.citizenId] : verdict.citizenIds;
  const outcomes = citizenIds.map((citizenId) => insert(ledgers, citizenId, transaction));
  return { outcome: outcomes[0]!, citizenIds };
}

function insert(ledgers: Map<string, Ledger>, citizenId: string, transaction: CardTransaction): Outcome {
  const ledger = ledgers.get(citizenId) ?? new Map<string, string>();
  ledgers.set(citizenId, ledger);
  const identity = identityOf(transaction);
  const standing = ledger.get(identity);
  if (standing !== undefined) return standing === contentOf(transaction) ? 'duplicate' : 'conflict';
  ledger.set(identity, contentOf(transaction));
  return 'applied';
}
