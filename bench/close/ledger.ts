/**
 * Fills a citizens' ledger with what qualify would have written for payments that are made up here, and says what a
 * close must pay for them. Amounts follow from a citizen's number, so nothing has to be kept.
 */
import { hash } from 'node:crypto';
import type { Append } from '../../ports/log.ts';
import { ENTRIES_MAX, ENTRY, ENTRY_BYTES, LAYOUT_VERSION, LINE_BYTES, RECORD } from '../../processors/ledger-entry.ts';
import type { Period, Programme } from '../../programme/programme.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import type { Run } from '../engine/stack.ts';

/** Citizens differ by up to this many payments, up and down, so that there is something to rank. */
const SPREAD = 2;
/** Ledger records of one request. */
const RECORDS_MAX = 32;
const MINUTE_MS = 60_000;

export interface Population {
  readonly citizens: number;
  /** Of each citizen, on average. */
  readonly payments: number;
}

export interface Expected {
  readonly paid: number;
  readonly amountCents: number;
  readonly payments: number;
}

/** Answers what was written; every entry is a payment of another identity. */
export async function fillLedger(run: Run, programme: Programme, period: Period, population: Population): Promise<Expected> {
  const shards: number[][] = Array.from({ length: run.partitions.ledger }, () => []);
  for (let citizen = 0; citizen < population.citizens; citizen++) {
    shards[partitionOf(Buffer.from(citizenId(citizen)), shards.length)]!.push(citizen);
  }
  let waiting: Append[] = [];
  let firstOffset = 0;
  for (let round = 0; round < population.payments + SPREAD; round++) {
    for (const [shard, all] of shards.entries()) {
      const paying = all.filter((citizen) => round < paymentsOf(citizen, population));
      for (let from = 0; from < paying.length; from += ENTRIES_MAX) {
        const citizens = paying.slice(from, from + ENTRIES_MAX);
        const value = run.serdes.ledger.encode({
          sourcePartition: 0, firstOffset, rules: programme.rulesHash, citizens: citizens.map(citizenId),
          periods: [{ id: period.id, rules: period.rulesHash }], entries: entriesOf(citizens, round, period), layout: LAYOUT_VERSION, closes: null,
          // As qualify notes them for records without the header `source`: the first origin, no line.
          origins: [{ file: null, schemaId: 1 }], lines: Buffer.alloc(citizens.length * LINE_BYTES),
        });
        firstOffset += citizens.length;
        waiting.push({ topic: run.topic('citizen-ledger'), partition: shard, records: [{ key: null, value }] });
        if (waiting.length < RECORDS_MAX) continue;
        await run.log.producer.append(waiting);
        waiting = [];
      }
    }
  }
  if (waiting.length > 0) await run.log.producer.append(waiting);
  return expectedOf(period, population);
}

/** By the contract's rule, written out once more. */
function expectedOf(period: Period, population: Population): Expected {
  const expected = { paid: 0, amountCents: 0, payments: 0 };
  for (let citizen = 0; citizen < population.citizens; citizen++) {
    const count = paymentsOf(citizen, population);
    expected.payments += count;
    if (count < period.minimumTransactions) continue;
    let cents = 0;
    for (let round = 0; round < count; round++) {
      cents += Math.min(period.transactionCapCents, Math.floor((amountCentsOf(citizen, round) * period.rateBasisPoints + 4999) / 10_000));
    }
    expected.paid++;
    expected.amountCents += Math.min(period.periodCapCents, cents);
  }
  return expected;
}

function entriesOf(citizens: readonly number[], round: number, period: Period): Buffer {
  const entries = Buffer.alloc(citizens.length * ENTRY_BYTES);
  citizens.forEach((citizen, i) => {
    const at = i * ENTRY_BYTES;
    const record = at + ENTRY.record;
    const timeMs = period.fromMs + (round * 1000 + (citizen % 997)) * MINUTE_MS;
    entries.writeUInt16BE(i, at + ENTRY.citizen);
    entries[at + ENTRY.counts] = 1;
    entries.writeUInt32BE(i, at + ENTRY.delta);
    entries.writeDoubleBE(timeMs + MINUTE_MS, at + ENTRY.arrival);
    entries.writeUInt32BE(citizen, record + RECORD.id);
    entries.writeUInt32BE(round + 1, record + RECORD.id + 4);
    entries.writeDoubleBE(timeMs, record + RECORD.time);
    entries.writeUIntBE(amountCentsOf(citizen, round), record + RECORD.amount, 5);
    entries.writeUInt32BE(citizen, record + RECORD.link);
    entries.writeUInt32BE(round, record + RECORD.link + 4);
  });
  return entries;
}

function paymentsOf(citizen: number, { payments }: Population): number {
  return payments - SPREAD + (citizen % (2 * SPREAD + 1));
}

function amountCentsOf(citizen: number, round: number): number {
  return 100 + ((citizen * 7919 + round * 104_729) % 20_000);
}

/** As long as a UUID. */
function citizenId(citizen: number): string {
  return hash('sha256', `citizen ${citizen}`).slice(0, 36);
}
