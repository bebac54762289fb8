/**
 * Qualify: judges each card transaction (whose, which period, how many cents: all of it pure) and writes the decisions
 * to the citizens' ledger, refusals to quarantine, and then a receipt. The receipt is its position.
 *
 * Step 1 read and validate. Step 2 look up the cards. Step 3 judge, as far as the time barrier lets. Step 4 append
 * decisions and refusals, await all. Step 5 append the receipt, await it. A crash anywhere repeats the batch: accrue
 * removes decisions written twice.
 */
import { FUTURE_TOLERANCE_MS } from '../programme/outcome.ts';
import { judge, type Facts } from '../programme/judging.ts';
import type { CardHistory } from '../programme/holding.ts';
import type { Append, LogRecord } from '../ports/log.ts';
import type { Standing } from '../ports/store.ts';
import { CardTransactionReader, FIELD, FIELD_NAMES, OK, UNDECODABLE } from '../schemas/card-transaction-reader.ts';
import { CardTransactionSource } from '../schemas/card-transaction-source.ts';
import type { Receipt } from '../schemas/generated/types.ts';
import { UndecodableError } from '../schemas/undecodable-error.ts';
import { partitionOf } from '../topology/partition-of.ts';
import { Arrivals } from './arrivals.ts';
import type { Context } from './context.ts';
import { Decisions } from './decisions.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Processor, Progress } from './processor.ts';
import { quarantined, quarantineRecord, type Refusal } from './quarantine.ts';
import { newestReceipt } from './receipts.ts';
import { TimeBarrier } from './time-barrier.ts';

/** Records of one receipt: enough to share requests among many, few enough to repeat after a crash. */
const BATCH_RECORDS_MAX = 4096;

/** Counts of one batch. */
interface Tally {
  qualified: number;
  readonly dropped: Record<string, number>;
  readonly quarantined: Record<string, number>;
}

export class Qualify implements Processor {
  readonly role = 'qualify';
  readonly source = 'card-transactions';
  readonly #context: Context;
  readonly #values: CardTransactionSource;
  readonly #reader = new CardTransactionReader();
  readonly #barrier: TimeBarrier;
  readonly #currency: Buffer;
  /**
   * By partition: the last receipt, which the next one adds to. A batch adds to the one it began with: a task that has
   * lost the partition may still be at work when another one in this process claims it again.
   */
  readonly #receipts = new Map<number, Receipt>();

  constructor(context: Context) {
    this.#context = context;
    this.#values = new CardTransactionSource(context.serdes.transaction);
    this.#barrier = new TimeBarrier(context);
    this.#currency = Buffer.from(context.programme.currency);
  }

  async claim(partition: number): Promise<Standing> {
    const { reader, serdes, topic, programme } = this.#context;
    const newest = await newestReceipt(reader, topic('receipts'), partition, serdes.receipt);
    const receipt = newest ?? {
      sourcePartition: partition, end: 0, read: 0, qualified: 0, dropped: {}, quarantined: {},
      rules: programme.rulesHash, fingerprint: Buffer.alloc(0),
    };
    this.#receipts.set(partition, receipt);
    return { position: receipt.end, fingerprint: newest === null ? null : receipt.fingerprint };
  }

  async process(
    partition: number, position: number, records: readonly LogRecord[], heartbeat: () => Promise<void>,
  ): Promise<Progress> {
    for (let from = 0; from < records.length; from += BATCH_RECORDS_MAX) {
      if (from > 0) await heartbeat();
      const progress = await this.#qualify(partition, records.slice(from, from + BATCH_RECORDS_MAX));
      if (progress.kind !== 'advanced') return progress.position < 0 ? { ...progress, position } : progress;
      position = progress.position;
    }
    return { kind: 'advanced', position };
  }

  /** Its state is in the log, which does not roll back. */
  async punctuate(_partition: number, position: number): Promise<number> {
    return position;
  }

  async #qualify(partition: number, records: readonly LogRecord[]): Promise<Progress> {
    const { cards, programme, partitions } = this.#context;
    const last = this.#receipts.get(partition)!;
    if (last.end !== records[0]!.offset) return { kind: 'moved', position: last.end };
    await this.#values.prepare(records.map((record) => record.value));

    // Step 1. Facts are kept by record, since the reader holds one at a time.
    const refusals = new Map<number, Refusal>();
    const facts: (Facts | undefined)[] = [];
    const hashes: Buffer[] = [];
    const arrivals = new Arrivals();
    records.forEach((record, i) => {
      const result = this.#read(record);
      if (result !== null) refusals.set(i, result);
      facts.push(result === null ? this.#facts() : undefined);
      hashes.push(result === null ? record.key! : NO_CARD);
      if (result === null) arrivals.note(this.#reader, record.timestampMs);
    });
    arrivals.tell(this.#context.telemetry);

    // Step 2. The watermarks for the barrier are read after the records, before the lookup.
    await this.#barrier.observe(partition, records.at(-1)!.offset);
    const shards = partitions('card-enrolments');
    const readable = hashes.filter((hash) => hash !== NO_CARD);
    const lookup = await cards.lookup(readable, (card) => partitionOf(card, shards));
    const readyBefore = this.#barrier.readyBefore(lookup);

    // Step 3.
    const decisions = new Decisions(programme, partitions('citizen-ledger'), partition, records[0]!.offset);
    const tally: Tally = { qualified: 0, dropped: {}, quarantined: {} };
    let judged = 0;
    for (let card = 0; judged < records.length; judged++) {
      const fact = facts[judged];
      if (fact === undefined) {
        add(tally.quarantined, refusals.get(judged)!.reason);
        continue;
      }
      const record = records[judged]!;
      if (mayWait(fact, record) && !(fact.trxDate < readyBefore.get(partitionOf(record.key!, shards))!)) break;
      const refusal = this.#decide(record, fact, lookup.histories[card++]!, decisions, tally);
      if (refusal !== null) refusals.set(judged, refusal);
    }
    if (judged === 0) return { kind: 'waiting', position: -1, reason: 'card-index-behind' };

    const done = records.slice(0, judged);
    await this.#append(partition, done, decisions, refusals);
    await this.#acknowledge(partition, done, tally, last);
    const position = done.at(-1)!.offset + 1;
    return judged < records.length ? { kind: 'waiting', position, reason: 'card-index-behind' } : { kind: 'advanced', position };
  }

  /** Leaves the reader on the record, or says why it is refused. */
  #read(record: LogRecord): Refusal | null {
    let result;
    try {
      const { bytes, start, end } = this.#values.body(record.value);
      result = this.#reader.read(bytes, start, end);
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
      return { reason: 'undecodable', schemaId: error.schemaId };
    }
    if (result === UNDECODABLE) return { reason: 'undecodable', schemaId: this.#context.serdes.transaction.schemaId };
    if (result !== OK) return { reason: 'malformed', field: FIELD_NAMES[result]! };
    return this.#keyIsCard(record.key) ? null : { reason: 'malformed', field: 'key' };
  }

  #keyIsCard(key: Buffer | null): boolean {
    const { bytes, starts, ends } = this.#reader;
    return key !== null && key.compare(bytes, starts[FIELD.hashPan], ends[FIELD.hashPan]) === 0;
  }

  #facts(): Facts {
    const { reversal, virtual, hasCorrelationId, trxDate, bytes, starts, ends } = this.#reader;
    const ownCurrency = this.#currency.compare(bytes, starts[FIELD.currency], ends[FIELD.currency]) === 0;
    return { reversal, virtual, hasCorrelationId, trxDate, ownCurrency };
  }

  #decide(record: LogRecord, facts: Facts, history: CardHistory, decisions: Decisions, tally: Tally): Refusal | null {
    const verdict = judge(this.#context.programme, facts, record.timestampMs, history);
    if (verdict.kind === 'quarantined') {
      add(tally.quarantined, verdict.reason);
      return verdict;
    }
    if (verdict.kind === 'dropped') {
      add(tally.dropped, verdict.reason);
      return null;
    }
    this.#read(record);
    tally.qualified++;
    if (verdict.kind === 'payment') {
      decisions.add(this.#reader, verdict.citizenId, verdict.period, record.offset, record.timestampMs, true);
    } else {
      verdict.citizenIds.forEach((citizenId, i) => {
        decisions.add(this.#reader, citizenId, null, record.offset, record.timestampMs, i === 0);
      });
    }
    return null;
  }

  // Step 4.
  async #append(
    partition: number, records: readonly LogRecord[], decisions: Decisions, refusals: ReadonlyMap<number, Refusal>,
  ): Promise<void> {
    const { producer, serdes, topic, partitions } = this.#context;
    const ledger = Map.groupBy(decisions.finish(), ({ shard }) => shard);
    const appends: Append[] = [...ledger].map(([shard, pieces]) => ({
      topic: topic('citizen-ledger'),
      partition: shard,
      records: pieces.map(({ record }) => ({ key: null, value: serdes.ledger.encode(record) })),
    }));
    for (const [i, refusal] of refusals) {
      if (i >= records.length) continue;
      const record = quarantineRecord(quarantined(topic('card-transactions'), partition, records[i]!, refusal), serdes.quarantined);
      appends.push({ topic: topic('quarantine'), partition: partitionOf(record.key!, partitions('quarantine')), records: [record] });
    }
    if (appends.length > 0) await producer.append(appends);
  }

  // Step 5.
  async #acknowledge(partition: number, records: readonly LogRecord[], tally: Tally, last: Receipt): Promise<void> {
    const { producer, serdes, telemetry, topic, programme } = this.#context;
    const receipt: Receipt = {
      sourcePartition: partition,
      end: records.at(-1)!.offset + 1,
      read: last.read + records.length,
      qualified: last.qualified + tally.qualified,
      dropped: sum(last.dropped, tally.dropped),
      quarantined: sum(last.quarantined, tally.quarantined),
      rules: programme.rulesHash,
      fingerprint: fingerprintOf(records.at(-1)!),
    };
    await producer.append([{ topic: topic('receipts'), partition, records: [{ key: null, value: serdes.receipt.encode(receipt) }] }]);
    if (this.#receipts.get(partition) === last) this.#receipts.set(partition, receipt);
    telemetry.count(this.role, 'qualified', tally.qualified);
    for (const [reason, count] of [...Object.entries(tally.dropped), ...Object.entries(tally.quarantined)]) {
      telemetry.count(this.role, reason, count);
    }
  }
}

const NO_CARD = Buffer.alloc(0);

/** Whether the verdict depends on who held the card: what is refused without that need not wait. */
function mayWait(facts: Facts, record: LogRecord): boolean {
  return facts.ownCurrency && facts.trxDate <= record.timestampMs + FUTURE_TOLERANCE_MS;
}

function add(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [reason, count] of Object.entries(b)) total[reason] = (total[reason] ?? 0) + count;
  return total;
}
