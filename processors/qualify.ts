/**
 * Qualify: judges each card transaction (whose, which period, how many cents: all of it pure) and writes the decisions
 * to the citizens' ledger, refusals to quarantine, and then a receipt. The receipt is its position.
 *
 * Step 1 read and validate. Step 2 look up the cards. Step 3 judge, as far as the time barrier lets. Step 4 append
 * decisions and refusals, await all. Step 5 append the receipt, await it. A crash anywhere repeats the batch: accrue
 * removes decisions written twice.
 */
import { judge, judgeUnheld, type Verdict } from '../programme/judging.ts';
import type { Append, LogRecord } from '../ports/log.ts';
import type { Standing } from '../ports/store.ts';
import type { Receipt } from '../schemas/generated/types.ts';
import { partitionOf } from '../topology/partition-of.ts';
import { Arrivals } from './arrivals.ts';
import type { Context } from './context.ts';
import { Decisions } from './decisions.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Processor, Progress } from './processor.ts';
import { quarantined, quarantineRecord, type Refusal } from './quarantine.ts';
import { agreeWithReceipts, newestReceipt } from './receipts.ts';
import { termsOf } from './terms.ts';
import { TimeBarrier } from './time-barrier.ts';
import { TransactionReading, type Transaction } from './transaction-reading.ts';

/** Records of one receipt: enough to share requests among many, few enough to repeat after a crash. */
const BATCH_RECORDS_MAX = 8192;

/** A verdict, or a record that could not be read for one. */
type Settled = Verdict | ({ readonly kind: 'quarantined' } & Refusal);

/** What becomes of a batch, as far as it has been judged. */
interface Judged {
  readonly decisions: Decisions;
  readonly refusals: [LogRecord, Refusal][];
  qualified: number;
  readonly dropped: Record<string, number>;
  readonly quarantined: Record<string, number>;
}

export class Qualify implements Processor {
  readonly role = 'qualify';
  readonly source = 'card-transactions';
  readonly #context: Context;
  readonly #reading: TransactionReading;
  readonly #barrier: TimeBarrier;
  /**
   * By partition: the last receipt, which the next one adds to. A batch adds to the one it began with: a task that has
   * lost the partition may still be at work when another one in this process claims it again.
   */
  readonly #receipts = new Map<number, Receipt>();

  constructor(context: Context) {
    this.#context = context;
    this.#reading = new TransactionReading(context.serdes.transaction, context.programme.currency);
    this.#barrier = new TimeBarrier(context);
  }

  /** @throws ProcessingError other-rules, when transactions were judged under another programme file */
  async claim(partition: number): Promise<Standing> {
    const { programme } = this.#context;
    const newest = await newestReceipt(this.#context, partition);
    if (newest === null) await agreeWithReceipts(this.#context); // of the other partitions
    const receipt = newest ?? {
      sourcePartition: partition, end: 0, read: 0, qualified: 0, dropped: {}, quarantined: {},
      rules: programme.rulesHash, fingerprint: Buffer.alloc(0), terms: {},
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
      if (progress.kind !== 'advanced') return progress;
      position = progress.position;
    }
    return { kind: 'advanced', position };
  }

  /** Its state is in the log, which does not roll back. */
  async punctuate(_partition: number, position: number): Promise<number> {
    return position;
  }

  #qualify(partition: number, records: readonly LogRecord[]): Promise<Progress> {
    return this.#reading.withBatch(records.length, (transactions) => this.#qualifyBatch(partition, records, transactions));
  }

  async #qualifyBatch(partition: number, records: readonly LogRecord[], transactions: readonly Transaction[]): Promise<Progress> {
    const { cards, programme, partitions } = this.#context;
    const last = this.#receipts.get(partition)!;
    if (last.end !== records[0]!.offset) return { kind: 'moved', position: last.end };
    await this.#reading.prepare(records);
    const { certain, uncertain } = this.#read(records, transactions);

    // Step 2. The watermarks for the barrier are read after the records, before the lookup.
    await this.#barrier.observe(partition, records.at(-1)!.offset);
    const shards = partitions('card-enrolments');
    const lookup = await cards.lookup(uncertain, (card) => partitionOf(card, shards));
    const readyBefore = this.#barrier.readyBefore(lookup);
    const allReadyBefore = Math.min(...readyBefore.values());

    // Step 3.
    const judged: Judged = {
      decisions: new Decisions(programme, partitions('citizen-ledger'), partition, records[0]!.offset),
      qualified: 0, dropped: {}, quarantined: {}, refusals: [],
    };
    let waitsFor: number | null = null;
    let count = 0;
    for (let card = 0; count < records.length; count++) {
      const record = records[count]!;
      const transaction = transactions[count]!;
      let verdict = certain[count]!;
      if (verdict === null) {
        if (transaction.trxDate >= allReadyBefore) {
          const shard = partitionOf(record.key!, shards);
          if (transaction.trxDate >= readyBefore.get(shard)!) {
            waitsFor = shard;
            break;
          }
        }
        verdict = judge(programme, transaction, record.timestampMs, lookup.histories[card++]!);
      }
      take(verdict, record, transaction, judged);
    }
    if (count > 0) {
      await this.#append(partition, judged);
      await this.#acknowledge(partition, records.slice(0, count), judged, last);
    }
    const position = records[0]!.offset + count;
    return waitsFor === null ? { kind: 'advanced', position } : { kind: 'waiting', position, reason: this.#barrier.reason(waitsFor, lookup) };
  }

  /** Step 1. Where the verdict is certain whoever has held the card, the card need not be looked up. */
  #read(records: readonly LogRecord[], transactions: readonly Transaction[]): { certain: (Settled | null)[]; uncertain: Buffer[] } {
    const certain: (Settled | null)[] = [];
    const uncertain: Buffer[] = [];
    const arrivals = new Arrivals();
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      const transaction = transactions[i]!;
      const refusal = this.#reading.read(record, transaction);
      if (refusal === null) arrivals.note(transaction, record.timestampMs);
      const verdict = refusal === null ? judgeUnheld(transaction, record.timestampMs) : { kind: 'quarantined' as const, ...refusal };
      certain.push(verdict);
      if (verdict === null) uncertain.push(record.key!);
    }
    arrivals.tell(this.#context.telemetry);
    return { certain, uncertain };
  }

  // Step 4.
  async #append(partition: number, { decisions, refusals }: Judged): Promise<void> {
    const { producer, serdes, topic, partitions } = this.#context;
    const ledger = Map.groupBy(decisions.finish(), ({ shard }) => shard);
    const appends: Append[] = [...ledger].map(([shard, pieces]) => ({
      topic: topic('citizen-ledger'),
      partition: shard,
      records: pieces.map(({ record }) => ({ key: null, value: serdes.ledger.encode(record) })),
    }));
    for (const [record, refusal] of refusals) {
      const out = quarantineRecord(quarantined(topic('card-transactions'), partition, record, refusal), serdes.quarantined);
      appends.push({ topic: topic('quarantine'), partition: partitionOf(out.key!, partitions('quarantine')), records: [out] });
    }
    if (appends.length > 0) await producer.append(appends);
  }

  // Step 5.
  async #acknowledge(partition: number, records: readonly LogRecord[], judged: Judged, last: Receipt): Promise<void> {
    const { producer, serdes, telemetry, topic, programme } = this.#context;
    const { qualified, dropped, quarantined } = judged;
    const lastRecord = records.at(-1)!;
    const newestArrivalMs = records.reduce((newest, { timestampMs }) => Math.max(newest, timestampMs), -Infinity);
    const receipt: Receipt = {
      sourcePartition: partition,
      end: lastRecord.offset + 1,
      read: last.read + records.length,
      qualified: last.qualified + qualified,
      dropped: sum(last.dropped, dropped),
      quarantined: sum(last.quarantined, quarantined),
      rules: programme.rulesHash,
      fingerprint: fingerprintOf(lastRecord),
      terms: { ...last.terms, ...termsOf(programme, newestArrivalMs) },
    };
    await producer.append([{ topic: topic('receipts'), partition, records: [{ key: null, value: serdes.receipt.encode(receipt) }] }]);
    if (this.#receipts.get(partition) === last) this.#receipts.set(partition, receipt);
    telemetry.count(this.role, 'qualified', qualified);
    for (const [reason, count] of [...Object.entries(dropped), ...Object.entries(quarantined)]) {
      telemetry.count(this.role, reason, count);
    }
  }
}

function take(verdict: Settled, record: LogRecord, transaction: Transaction, judged: Judged): void {
  const { decisions } = judged;
  switch (verdict.kind) {
    case 'quarantined':
      add(judged.quarantined, verdict.reason);
      judged.refusals.push([record, verdict]);
      return;
    case 'dropped':
      add(judged.dropped, verdict.reason);
      return;
    case 'payment':
      judged.qualified++;
      decisions.add(transaction, record, verdict.citizenId, verdict.period, true);
      return;
    case 'reversal':
      judged.qualified++;
      verdict.citizenIds.forEach((citizenId, holder) => {
        decisions.add(transaction, record, citizenId, null, holder === 0);
      });
  }
}

function add(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [reason, count] of Object.entries(b)) total[reason] = (total[reason] ?? 0) + count;
  return total;
}
