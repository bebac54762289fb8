/**
 * What every processor is given: the programme, ports, serdes and sizes. Assembled once by runtime/engine.ts.
 */
import type { Calendar } from '../programme/calendar.ts';
import type { Programme } from '../programme/programme.ts';
import type { CardIndex } from '../ports/card-index.ts';
import type { CitizenTotals } from '../ports/citizen-totals.ts';
import type { LogReader, Producer } from '../ports/log.ts';
import type {
  Adjustment, CardEnrolment, CardTransaction, CitizenTotal, LedgerRecord, Payout, PeriodClosure, Quarantined, Receipt,
} from '../schemas/generated/types.ts';
import type { Serde } from '../schemas/serde.ts';
import type { TopicName } from '../topology/names.ts';
import type { Telemetry } from './processor.ts';

export interface Serdes {
  readonly transaction: Serde<CardTransaction>;
  readonly enrolment: Serde<CardEnrolment>;
  readonly ledger: Serde<LedgerRecord>;
  readonly receipt: Serde<Receipt>;
  readonly payout: Serde<Payout>;
  readonly closure: Serde<PeriodClosure>;
  readonly adjustment: Serde<Adjustment>;
  readonly total: Serde<CitizenTotal>;
  readonly quarantined: Serde<Quarantined>;
}

export interface Context {
  readonly programme: Programme;
  readonly calendar: Calendar;
  readonly producer: Producer;
  readonly reader: LogReader;
  readonly cards: CardIndex;
  readonly citizens: CitizenTotals;
  readonly serdes: Serdes;
  readonly telemetry: Telemetry;
  /** The topic's name with TOPIC_PREFIX. */
  readonly topic: (name: TopicName) => string;
  /** How many partitions a topic has; of `card-transactions` only at start, it may grow. */
  readonly partitions: (name: TopicName) => number;
  readonly arrival: Arrival;
  /** How far brokers' clocks may differ, milliseconds. */
  readonly skewMarginMs: number;
  /** How long past a deadline its close begins, milliseconds. */
  readonly closeMarginMs: number;
}

/** Who sets the timestamps of the input topics: contract, section 2. */
export type Arrival = 'broker' | 'producer';
