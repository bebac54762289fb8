/**
 * The topics: what each holds, its key and value, how many partitions it has, and what is asserted of it at start.
 *
 * Source: contract, section 4. Pure data; topic-config.ts turns it into what brokers are asked for.
 */
import type { TopicName } from './names.ts';

export interface TopicSpec {
  /** Who writes it: others, or this software for itself or for others. */
  readonly role: 'input' | 'internal' | 'output';
  readonly holds: string;
  /** What the key is; null = none, the partition is chosen by number. */
  readonly key: string | null;
  /** Name of the Avro schema of the value (subject `<topic>-value`); null = no value. */
  readonly value: string | null;
  readonly partitions: PartitionsRule;
  /** Whose clock sets the timestamps: as ARRIVAL says, the broker's always, or nobody asks. */
  readonly time: 'arrival' | 'broker' | 'any';
  readonly cleanup: 'delete' | 'compact';
  /** Milliseconds; `for-ever` = −1; `operator` = the operator's choice; `newest` = the newest record of each key. */
  readonly retention: 'for-ever' | 'operator' | 'newest' | number;
}

/** The setting that says how many partitions a topic is made with; one that exists keeps its count. */
export type PartitionsSetting = 'CARD_PARTITIONS' | 'LEDGER_PARTITIONS';

export type PartitionsRule =
  | { readonly rule: 'one' }
  | { readonly rule: 'any'; readonly made: PartitionsSetting }
  /** As many as at first, for ever: a partition is a shard of a store, and keys would move. */
  | { readonly rule: 'fixed'; readonly made: PartitionsSetting }
  | { readonly rule: 'equal'; readonly to: string }
  | { readonly rule: 'at-least'; readonly of: string };

export const TOPICS = {
  'card-transactions': {
    role: 'input', holds: 'payments and reversals, as acquirers report them',
    key: 'hashPan, 32 bytes', value: 'CardTransaction',
    partitions: { rule: 'any', made: 'CARD_PARTITIONS' }, time: 'arrival', cleanup: 'delete', retention: 'operator',
  },
  'card-enrolments': {
    role: 'input', holds: 'who brings a card in or takes it out',
    key: 'hashPan, 32 bytes', value: 'CardEnrolment',
    partitions: { rule: 'fixed', made: 'CARD_PARTITIONS' }, time: 'arrival', cleanup: 'delete', retention: 'for-ever',
  },
  'citizen-ledger': {
    role: 'internal', holds: 'the decisions, in the order of their citizens; close markers',
    key: null, value: 'LedgerRecord',
    partitions: { rule: 'fixed', made: 'LEDGER_PARTITIONS' }, time: 'broker', cleanup: 'delete', retention: 'for-ever',
  },
  receipts: {
    role: 'internal', holds: 'how far each partition of card-transactions is qualified, with counts by outcome',
    key: null, value: 'Receipt',
    partitions: { rule: 'at-least', of: 'card-transactions' }, time: 'any', cleanup: 'delete', retention: 'for-ever',
  },
  clock: {
    role: 'internal', holds: 'nothing: a record is appended to learn the time of the broker',
    key: null, value: null,
    partitions: { rule: 'one' }, time: 'broker', cleanup: 'delete', retention: 3_600_000,
  },
  payouts: {
    role: 'output', holds: 'what a citizen is paid for a period',
    key: 'citizenId, UTF-8', value: 'Payout',
    partitions: { rule: 'equal', to: 'citizen-ledger' }, time: 'any', cleanup: 'delete', retention: 'for-ever',
  },
  'period-closures': {
    role: 'output', holds: 'the manifest of the payouts of a shard, after all of them',
    key: 'programme/period/kind/shard, UTF-8', value: 'PeriodClosure',
    partitions: { rule: 'one' }, time: 'any', cleanup: 'delete', retention: 'for-ever',
  },
  adjustments: {
    role: 'output', holds: 'what changes of a CASHBACK payout after the close',
    key: 'citizenId, UTF-8', value: 'Adjustment',
    partitions: { rule: 'any', made: 'LEDGER_PARTITIONS' }, time: 'any', cleanup: 'delete', retention: 'for-ever',
  },
  'citizen-totals': {
    role: 'output', holds: 'the newest total of a citizen in a period',
    key: 'citizenId/period, UTF-8', value: 'CitizenTotal',
    partitions: { rule: 'equal', to: 'citizen-ledger' }, time: 'any', cleanup: 'compact', retention: 'newest',
  },
  quarantine: {
    role: 'output', holds: 'where a record lies that was refused, and why; nothing of what it says',
    key: 'source position topic/partition/offset, UTF-8', value: 'Quarantined',
    partitions: { rule: 'any', made: 'CARD_PARTITIONS' }, time: 'any', cleanup: 'delete', retention: 'for-ever',
  },
} as const satisfies Readonly<Record<TopicName, TopicSpec>>;
