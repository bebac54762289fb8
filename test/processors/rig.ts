/**
 * A small system to break: citizens with a card each and a payment each, all topics with one partition, a record a
 * batch; and workers of a test's own over its log and stores.
 */
import { EmbeddedEngine, type EmbeddedOptions } from '../../embedded/engine.ts';
import { parseProgramme } from '../../programme/parse.ts';
import type { Programme } from '../../programme/programme.ts';
import type { LogRecord, OutgoingRecord } from '../../ports/log.ts';
import { makeProcessor, type PartitionRole } from '../../runtime/processors.ts';
import { Worker } from '../../runtime/worker.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';

export const PROGRAMME = programmeOf('p');
export function programmeOf(periodId: string): Programme {
  return parseProgramme(JSON.stringify({
    programme: 'prova', timeZone: 'Europe/Rome', currency: '978',
    periods: [{
      id: periodId, from: '2021-03-01', until: '2021-03-08', grace: 'P1D',
      rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 1, superCashback: { ranks: 2, cents: 500 },
    }],
  }));
}
export const ENROLLED_MS = Date.parse('2021-01-01T00:00:00Z');
export const PAID_MS = Date.parse('2021-03-05T12:00:00Z');

const ONE_EACH = { 'card-enrolments': 1, 'citizen-ledger': 1, payouts: 1, 'citizen-totals': 1 } as const;

export function cardOf(citizen: number): Buffer {
  return Buffer.alloc(32, citizen + 1);
}

export class Rig {
  readonly engine: EmbeddedEngine;
  /** What the workers of `start` told, newest last. */
  readonly faults: { readonly error: Error; readonly remedy: 'retry' | 'stop' }[] = [];

  private constructor(engine: EmbeddedEngine) {
    this.engine = engine;
  }

  /** The engine as it opens: nothing published. */
  static async open(options: Partial<EmbeddedOptions> = {}): Promise<Rig> {
    const partitions = { ...ONE_EACH, ...options.partitions };
    return new Rig(await EmbeddedEngine.open({ programme: PROGRAMME, choose: () => 0, batchRecordsMax: 1, ...options, partitions }));
  }

  /** With so many citizens, each enrolled and each with a payment of 10 euro, all folded. */
  static async folded(citizens: number, options: Partial<EmbeddedOptions> = {}): Promise<Rig> {
    const rig = await Rig.open(options);
    for (let i = 0; i < citizens; i++) await rig.engine.publish('card-enrolments', 0, [rig.enrolment(i)]);
    await rig.engine.drain();
    for (let i = 0; i < citizens; i++) await rig.engine.publish('card-transactions', 0, [rig.payment(i)]);
    await rig.engine.drain();
    return rig;
  }

  enrolment(citizen: number, atMs = ENROLLED_MS): OutgoingRecord {
    const hashPan = cardOf(citizen);
    const value = this.engine.context.serdes.enrolment.encode({ hashPan, citizenId: `citizen-${citizen}`, event: 'ENROLLED', at: atMs });
    return { key: hashPan, value, timestampMs: atMs };
  }

  payment(citizen: number, changes: Partial<CardTransaction> = {}, arrivalMs = PAID_MS): OutgoingRecord {
    const hashPan = cardOf(citizen);
    const value = this.engine.context.serdes.transaction.encode({
      acquirerCode: '36081', operationType: 'PAYMENT', circuitType: '00', hashPan, trxDate: PAID_MS, idTrxAcquirer: `${citizen}`,
      correlationId: null, amount: 1000, currency: '978', acquirerId: '1', merchantId: 'm', terminalId: 't', mcc: '4900', posType: 'PHYSICAL',
      ...changes,
    });
    return { key: hashPan, value, timestampMs: arrivalMs };
  }

  /** A worker for one role; faults are noted. */
  async start(role: PartitionRole, options: { readonly punctuateMs?: number; readonly brokerTime?: boolean } = {}): Promise<Worker> {
    const { context, log, clock } = this.engine;
    const processor = makeProcessor(role, context);
    const worker = new Worker({
      processor, source: log.subscribe(processor.source, `tornaconto-${role}`), reader: log.reader, clock,
      brokerTime: options.brokerTime ?? null, punctuateMs: options.punctuateMs ?? 0,
      onFault: ({ error, remedy }) => { this.faults.push({ error, remedy }); },
      onCrash: (error) => { this.faults.push({ error, remedy: 'stop' }); },
    });
    await worker.start();
    await worker.settled();
    return worker;
  }

  /** Lets time pass, with all that there is to do; the engine's own workers may be stopped. */
  async passes(ms: number, workers: readonly Worker[] = []): Promise<void> {
    const { clock, log } = this.engine;
    for (let endMs = clock.nowMs() + ms; ;) {
      do {
        await new Promise(setImmediate);
        for (const worker of workers) await worker.settled();
      } while (await log.poll(() => 0));
      if (clock.nowMs() >= endMs) return;
      clock.advanceTo(Math.min(Math.max(clock.nextTimerMs() ?? endMs, clock.nowMs() + 1), endMs));
    }
  }

  /** All records of a topic's first partition. */
  async records(topic: string): Promise<LogRecord[]> {
    const { reader } = this.engine.log;
    const { start, high } = (await reader.watermarks(topic))[0]!;
    const records: LogRecord[] = [];
    for await (const batch of reader.range(topic, 0, start, high)) records.push(...batch);
    return records;
  }
}
