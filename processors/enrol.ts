/**
 * Enrol: folds card enrolments and removals into the card index.
 *
 * Read the cards' histories, apply the rule event by event, send refusals, then commit histories and position in one
 * step: refusals are a pure function of the log, so a repeat sends the same ones again.
 */
import { applyEnrolment, type CardHistory } from '../programme/holding.ts';
import type { Append, LogRecord } from '../ports/log.ts';
import type { Standing } from '../ports/store.ts';
import { validateCardEnrolment } from '../schemas/card-enrolment-check.ts';
import type { CardEnrolment } from '../schemas/generated/types.ts';
import { UndecodableError } from '../schemas/undecodable-error.ts';
import { partitionOf } from '../topology/partition-of.ts';
import type { Context } from './context.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Processor, Progress } from './processor.ts';
import { quarantined, quarantineRecord, type Refusal } from './quarantine.ts';

/** Events of one commit: bounds what a script call writes. */
const BATCH_RECORDS_MAX = 512;

export class Enrol implements Processor {
  readonly role = 'enrol';
  readonly source = 'card-enrolments';
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  claim(partition: number): Promise<Standing> {
    return this.#context.cards.claim(partition);
  }

  async process(
    partition: number, position: number, records: readonly LogRecord[], heartbeat: () => Promise<void>,
  ): Promise<Progress> {
    for (let from = 0; from < records.length; from += BATCH_RECORDS_MAX) {
      if (from > 0) await heartbeat();
      const progress = await this.#fold(partition, position, records.slice(from, from + BATCH_RECORDS_MAX));
      if (progress.kind !== 'advanced') return progress;
      position = progress.position;
    }
    return { kind: 'advanced', position };
  }

  /**
   * Says how far the index is complete: at the high watermark that is read after the broker's clock showed T, every
   * event that arrived before T (less what brokers' clocks may differ) is folded. Unless the watermark stands still while
   * the clock's partition, on other brokers, goes on.
   */
  async punctuate(shard: number, position: number): Promise<number> {
    const { producer, reader, cards, topic, arrival, skewMarginMs } = this.#context;
    if (arrival === 'broker') {
      const [tick] = await producer.append([{ topic: topic('clock'), partition: 0, records: [CLOCK_TICK] }]);
      const { high, stalled } = (await reader.watermarks(topic('card-enrolments')))[shard]!;
      if (position >= high && stalled !== true) {
        const result = await cards.complete(shard, position, tick!.appendTimeMs! - skewMarginMs);
        return result.kind === 'refused' ? result.position : position;
      }
    }
    return (await cards.counts(shard)).position;
  }

  async #fold(shard: number, position: number, records: readonly LogRecord[]): Promise<Progress> {
    const { cards, serdes, calendar, telemetry } = this.#context;
    await serdes.enrolment.prepare(records.map((record) => record.value));
    const events = records.map((record) => this.#read(shard, record));

    const read = await cards.read(shard, events.flatMap((event) => ('hashPan' in event ? [event.hashPan] : [])));
    if (read.position !== position) return { kind: 'moved', position: read.position };

    const histories = new Map<string, CardHistory>();
    const changed = new Map<string, Buffer>();
    const refusals: [LogRecord, Refusal][] = [];
    const counts: Record<string, number> = {};
    let known = 0;
    records.forEach((record, i) => {
      const event = events[i]!;
      if (!('hashPan' in event)) {
        refusals.push([record, event]);
        return;
      }
      const card = event.hashPan.toString('hex');
      const history = histories.get(card) ?? read.histories[known]!;
      known++;
      const verdict = applyEnrolment(history, event, record.timestampMs, calendar);
      if (verdict.outcome === 'quarantined') refusals.push([record, verdict]);
      else counts[verdict.outcome] = (counts[verdict.outcome] ?? 0) + 1;
      histories.set(card, verdict.outcome === 'applied' ? verdict.history : history);
      if (verdict.outcome === 'applied') changed.set(card, event.hashPan);
    });
    for (const [, { reason }] of refusals) counts[reason] = (counts[reason] ?? 0) + 1;

    await this.#send(shard, refusals);
    const next = records.at(-1)!.offset + 1;
    const committed = await cards.commit(shard, {
      expected: position,
      next,
      fingerprint: fingerprintOf(records.at(-1)!),
      changes: [...changed].map(([hex, card]) => ({ card, history: histories.get(hex)! })),
      counts,
    });
    if (committed.kind === 'refused') return { kind: 'moved', position: committed.position };
    for (const [outcome, count] of Object.entries(counts)) telemetry.count(this.role, outcome, count);
    return { kind: 'advanced', position: next };
  }

  /** The event, or why it is refused before its card's history is looked at. */
  #read(shard: number, record: LogRecord): CardEnrolment | Refusal {
    const { serdes, partitions } = this.#context;
    let event;
    try {
      event = serdes.enrolment.decode(record.value);
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
      return { reason: 'undecodable' };
    }
    const field = validateCardEnrolment(event);
    if (field !== null) return { reason: 'malformed', field };
    if (record.key?.equals(event.hashPan) !== true) return { reason: 'malformed', field: 'key' };
    // A lookup would never find it: it asks the shard that the card's hash gives.
    if (partitionOf(event.hashPan, partitions('card-enrolments')) !== shard) return { reason: 'misplaced' };
    return event;
  }

  async #send(partition: number, refusals: readonly [LogRecord, Refusal][]): Promise<void> {
    if (refusals.length === 0) return;
    const { producer, serdes, topic, partitions } = this.#context;
    await producer.append(refusals.map(([record, refusal]): Append => {
      const out = quarantineRecord(quarantined(topic('card-enrolments'), partition, record, refusal), serdes.quarantined);
      return { topic: topic('quarantine'), partition: partitionOf(out.key!, partitions('quarantine')), records: [out] };
    }));
  }
}

/** What is asked of the clock topic is only when it was appended. */
export const CLOCK_TICK = { key: null, value: Buffer.alloc(0) };
