/**
 * Puts generated files on their topics as fast as they go, with the arrivals that `replay` would give them.
 */
import { inArrivalOrder } from '../../feeds/arrival-order.ts';
import { readEnrolments } from '../../feeds/enrolment-file.ts';
import { inspect, type FeedKind, type InspectedFile } from '../../feeds/inspection.ts';
import type { OutgoingRecord } from '../../ports/log.ts';
import { Calendar } from '../../programme/calendar.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import type { Run } from './stack.ts';

/** Records collected before a send: requests of many partitions. */
const RECORDS_A_SEND = 8_000;

export async function publishEnrolments(run: Run, paths: readonly string[]): Promise<number> {
  const out = new Outgoing(run, 'card-enrolments', run.partitions.cards);
  for (const file of await filesOf(paths, 'enrolments')) {
    for await (const items of readEnrolments(file)) {
      for (const { enrolment } of items) {
        if (enrolment === null) continue;
        out.add({ key: enrolment.hashPan, value: run.serdes.enrolment.encode(enrolment), timestampMs: enrolment.at });
      }
      await out.sendFull();
    }
  }
  return out.end();
}

/** Malformed lines stay behind: they have no place in the topic. */
export async function publishTransactions(run: Run, paths: readonly string[], timeZone: string): Promise<number> {
  const out = new Outgoing(run, 'card-transactions', run.partitions.transactions);
  for await (const items of inArrivalOrder(await filesOf(paths, 'transactions'), new Calendar(timeZone))) {
    for (const item of items) {
      if (item.transaction === null) continue;
      out.add({ key: item.transaction.hashPan, value: run.serdes.transaction.encode(item.transaction), timestampMs: item.arrivalMs });
    }
    await out.sendFull();
  }
  return out.end();
}

async function filesOf(paths: readonly string[], kind: FeedKind): Promise<InspectedFile[]> {
  const inspections = await Promise.all(paths.map((path) => inspect(path, kind)));
  return inspections.flatMap((inspection) => (inspection.refused === null ? [inspection.file] : []));
}

class Outgoing {
  readonly #run: Run;
  readonly #topic: string;
  readonly #partitions: number;
  #waiting = new Map<number, OutgoingRecord[]>();
  #records = 0;
  #sent = 0;

  constructor(run: Run, topic: 'card-enrolments' | 'card-transactions', partitions: number) {
    this.#run = run;
    this.#topic = run.topic(topic);
    this.#partitions = partitions;
  }

  add(record: OutgoingRecord & { readonly key: Buffer }): void {
    const partition = partitionOf(record.key, this.#partitions);
    const records = this.#waiting.get(partition);
    if (records === undefined) this.#waiting.set(partition, [record]);
    else records.push(record);
    this.#records++;
  }

  async sendFull(): Promise<void> {
    if (this.#records >= RECORDS_A_SEND) await this.#send();
  }

  async end(): Promise<number> {
    await this.#send();
    return this.#sent;
  }

  async #send(): Promise<void> {
    const appends = [...this.#waiting].map(([partition, records]) => ({ topic: this.#topic, partition, records }));
    this.#waiting = new Map();
    this.#sent += this.#records;
    this.#records = 0;
    if (appends.length > 0) await this.#run.log.producer.append(appends);
  }
}
