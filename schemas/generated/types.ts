// Generated from schemas/*.avsc. Do not edit: run `node schemas/generate.ts`.

/** A correction of a CASHBACK payout already decided. A citizen's adjustments of a period sum to what all the records would pay, less what was paid. Topic adjustments. */
export interface Adjustment {
  /** First 32 hex digits, lower case, of the SHA-256 over programme, period, citizenId and the source position topic/partition/offset of the cause, joined by one LF each. */
  readonly adjustmentId: string;
  /** The programme's id. */
  readonly programme: string;
  /** The id of the period whose payout is corrected. */
  readonly period: string;
  /** Whose payout. */
  readonly citizenId: string;
  /** Cents, never 0; negative is to be recovered. */
  readonly amount: number;
  /** When the record that caused it arrived: milliseconds since 1970-01-01T00:00:00Z. */
  readonly arrival: number;
}

/** A card, as the SHA-256 of its number with the programme's salt: 32 bytes. */
export type CardHash = Buffer;

/** ENROLLED counts from 00:00 of the next day, REMOVED through the end of its day (time zone of the programme). */
export type EnrolmentEvent = 'ENROLLED' | 'REMOVED';

/** A citizen brings a card into the programme or takes it out. Topic card-enrolments. */
export interface CardEnrolment {
  /** The card. Equal to the key of the message. */
  readonly hashPan: CardHash;
  /** The citizen: 1-64 of [A-Za-z0-9._:-]. */
  readonly citizenId: string;
  /** What the citizen did with the card. */
  readonly event: EnrolmentEvent;
  /** When: milliseconds since 1970-01-01T00:00:00Z. The event's time is the later of this and its arrival. */
  readonly at: number;
}

/** What was done: PAYMENT is 00 in the RTD standard file, REVERSAL is 01. */
export type OperationType = 'PAYMENT' | 'REVERSAL';

/** Where the card was used: PHYSICAL is 00 in the RTD standard file, VIRTUAL (online) is 01. */
export type PosType = 'PHYSICAL' | 'VIRTUAL';

/** A payment with a card, or the reversal of one, as its acquirer reports it. Topic card-transactions. */
export interface CardTransaction {
  /** The acquirer's ABI code: 5 of [A-Za-z0-9]. */
  readonly acquirerCode: string;
  /** Whether money was paid or given back. */
  readonly operationType: OperationType;
  /** The payment circuit: two digits. */
  readonly circuitType: string;
  /** The card. Equal to the key of the message. */
  readonly hashPan: CardHash;
  /** When the operation took place: milliseconds since 1970-01-01T00:00:00Z. */
  readonly trxDate: number;
  /** The acquirer's identifier of the operation: 1-255 of [A-Za-z0-9]. */
  readonly idTrxAcquirer: string;
  /** What a payment and its reversals have in common: 1-255 of [A-Za-z0-9]; null or empty is none. */
  readonly correlationId: string | null;
  /** Cents, 0 to 99999999999; unsigned for reversals too. */
  readonly amount: number;
  /** ISO 4217 numeric code: three digits. */
  readonly currency: string;
  /** The acquirer on the circuit: 1-255 of [A-Za-z0-9]. */
  readonly acquirerId: string;
  /** The merchant at the acquirer: 1-255 of [A-Za-z0-9]. */
  readonly merchantId: string;
  /** The terminal at the merchant: 1-255 of [A-Za-z0-9]. */
  readonly terminalId: string;
  /** Merchant category code: 1-5 of [A-Za-z0-9]. */
  readonly mcc: string;
  /** Whether the card was there; an operation online earns nothing. */
  readonly posType: PosType;
}

/** The newest state of a citizen's total in a period. Topic citizen-totals, compacted. */
export interface CitizenTotal {
  /** The programme's id. */
  readonly programme: string;
  /** The period's id. */
  readonly period: string;
  /** Whose total. */
  readonly citizenId: string;
  /** Payments with a net amount above 0. */
  readonly transactions: number;
  /** Cents, the period's cap applied. */
  readonly cashback: number;
  /** How many transactions the period asks for before it pays. */
  readonly minimumTransactions: number;
  /** True once the total is frozen. */
  readonly closed: boolean;
}

/** A period that entries name by index. */
export interface LedgerPeriod {
  /** The period's id. */
  readonly id: string;
  /** Hash of the period's rules: 16 hex digits. */
  readonly rules: string;
}

/** What card transactions have in common that were sent from one file; lines name it by index. */
export interface LedgerOrigin {
  /** Hex SHA-256 of the acquirer's file, of the header source. Null where the header names none. */
  readonly file: string | null;
  /** The id of the schema that the transactions were written with. */
  readonly schemaId: number;
}

/** The decisions of one batch of card transactions for one shard, or the mark that closes a period. Topic citizen-ledger, internal. */
export interface LedgerRecord {
  /** The partition of card-transactions that the entries come from; -1 in a close marker. */
  readonly sourcePartition: number;
  /** The source offset that the entries' deltas count from. */
  readonly firstOffset: number;
  /** Hash of the programme that decided: 16 hex digits. */
  readonly rules: string;
  /** The citizens, each once; entries name them by index. */
  readonly citizens: readonly string[];
  /** The periods, each once. */
  readonly periods: readonly LedgerPeriod[];
  /** The decisions, packed at a fixed stride. The layout, version 1, is defined in processors/ledger-entry.ts. */
  readonly entries: Buffer;
  /** Version of the entries' layout. */
  readonly layout: number;
  /** A close marker: the id of the period whose totals are frozen here; entries is then empty. Null in all other records. */
  readonly closes: string | null;
  /** The origins of the entries, each once. */
  readonly origins: readonly LedgerOrigin[];
  /** Beside each entry where it came from, packed at a fixed stride as processors/ledger-entry.ts says. Empty in records written before there were lines. */
  readonly lines: Buffer;
}

/** CASHBACK is a share of what the citizen spent, SUPER_CASHBACK the prize of the most active citizens. */
export type PayoutKind = 'CASHBACK' | 'SUPER_CASHBACK';

/** An amount to be paid to a citizen for a closed period. One payoutId, one amount, for ever. Topic payouts. */
export interface Payout {
  /** First 32 hex digits, lower case, of the SHA-256 over programme, period, kind and citizenId, joined by one LF each. */
  readonly payoutId: string;
  /** The programme's id. */
  readonly programme: string;
  /** The period's id. */
  readonly period: string;
  /** Who is paid. */
  readonly citizenId: string;
  /** For what. */
  readonly kind: PayoutKind;
  /** Cents, above 0. */
  readonly amount: number;
  /** Payments with a net amount above 0 in the frozen period. */
  readonly transactions: number;
  /** The period's deadline: milliseconds since 1970-01-01T00:00:00Z. What arrived before it is in the amount. */
  readonly deadline: number;
}

/** The manifest of one shard's payouts of one kind, sent after all of them; a period is complete when `shards` of them are there. Topic period-closures. */
export interface PeriodClosure {
  /** The programme's id. */
  readonly programme: string;
  /** The period's id. */
  readonly period: string;
  /** Which payouts this manifest counts. */
  readonly kind: PayoutKind;
  /** The shard, from 0: the partition of its payouts. */
  readonly shard: number;
  /** How many shards there are. */
  readonly shards: number;
  /** Citizens of the shard with any applied payment in the period. */
  readonly citizens: number;
  /** How many payouts. */
  readonly payouts: number;
  /** Cents: the sum of the payouts. */
  readonly amount: number;
  /** SHA-256, hex, over the lines `payoutId:amount` and LF, sorted. */
  readonly digest: string;
  /** For SUPER_CASHBACK, the transactions of the last citizen within the ranks, over all shards; else null. */
  readonly lastRankedTransactions: number | null;
}

/** A record that somebody must look at: where it stands and what is wrong, never what it holds. Topic quarantine. */
export interface Quarantined {
  /** The topic of the record. */
  readonly topic: string;
  /** Its partition. */
  readonly partition: number;
  /** Its offset. */
  readonly offset: number;
  /** When it arrived (its Kafka timestamp): milliseconds since 1970-01-01T00:00:00Z. */
  readonly arrival: number;
  /** What is wrong: undecodable, malformed, currency, future, conflict, misplaced, card-taken or not-holder. */
  readonly reason: string;
  /** The name of the first malformed field; `key` is the message's key. */
  readonly field: string | null;
  /** The id of the writer's schema, where it could be read. */
  readonly schemaId: number | null;
  /** The record's header `source`: SHA-256 of its file, `:`, and the line. */
  readonly source: string | null;
}

/** How far a partition of card-transactions is qualified, and what became of it. Topic receipts, internal. */
export interface Receipt {
  /** The partition of card-transactions. */
  readonly sourcePartition: number;
  /** The next source offset to qualify. */
  readonly end: number;
  /** Records read, cumulated from offset 0: qualified, dropped and quarantined together. */
  readonly read: number;
  /** Records sent to a ledger, cumulated from offset 0; a reversal sent to several citizens is one. */
  readonly qualified: number;
  /** Records dropped by reason, cumulated from offset 0. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Records quarantined by reason, cumulated from offset 0. */
  readonly quarantined: Readonly<Record<string, number>>;
  /** Hash of the programme that decided: 16 hex digits. */
  readonly rules: string;
  /** Hash of the last source record before `end`; empty when none was read. */
  readonly fingerprint: Buffer;
  /** What all of it was judged under: of the programme file name, time zone and currency, and by `period ID` the hash of the rules of each period that had begun. */
  readonly terms: Readonly<Record<string, string>>;
}

/** Every schema by its name. */
export interface Records {
  readonly Adjustment: Adjustment;
  readonly CardEnrolment: CardEnrolment;
  readonly CardTransaction: CardTransaction;
  readonly CitizenTotal: CitizenTotal;
  readonly LedgerRecord: LedgerRecord;
  readonly Payout: Payout;
  readonly PeriodClosure: PeriodClosure;
  readonly Quarantined: Quarantined;
  readonly Receipt: Receipt;
}
