/**
 * A small programme lived through up to the millisecond before its first deadline: payments, reversals that wait,
 * citizens that tie in the ranking, some below the minimum. Then a test closes it, somehow, and asks whether all is sound.
 */
import { expect } from 'vitest';
import { verify } from '../../audit/verify.ts';
import { parseProgramme } from '../../programme/parse.ts';
import type { Period } from '../../programme/programme.ts';
import type { Arrival, Context } from '../../processors/context.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { LogError } from '../../ports/log.ts';
import { adjustmentRows, payoutRow, payoutsOf } from '../../reports/rows.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { Cluster, type Process } from './cluster.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2021-03-01T12:00:00Z');
const rules = { rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 4000, minimumTransactions: 2, grace: 'PT6H' };

export const PROGRAMME_FILE = {
  programme: 'prova', timeZone: 'UTC', currency: '978',
  periods: [
    { id: 'first', from: '2021-03-03', until: '2021-03-05', ...rules, superCashback: { ranks: 2, cents: 5000 } },
    { id: 'second', from: '2021-03-05', until: '2021-03-07', ...rules, superCashback: { ranks: 1, cents: 7000 } },
  ],
};
export const PROGRAMME = parseProgramme(JSON.stringify(PROGRAMME_FILE));
const [first, second] = PROGRAMME.byDeadline;
export const FIRST: Period = first!;
export const SECOND: Period = second!;

export interface Trx {
  readonly citizen: number;
  /** Differs for each record. */
  readonly id: string;
  readonly amount: number;
  readonly trxDate: number;
  /** The id of the payment that it reverses. */
  readonly reverses?: string;
  /** With ARRIVAL=producer, where it is not the trxDate. */
  readonly arrivalMs?: number;
}

/** Payments of each citizen in the first period: three tie for the two prizes, one has too few. */
const COUNTS = [3, 3, 3, 2, 2, 1, 2, 2, 2];
const CITIZENS = COUNTS.map((_, i) => `citizen-${i}`);

const BEFORE: readonly Trx[] = [
  ...COUNTS.flatMap((count, citizen) => Array.from({ length: count }, (_, i): Trx => ({
    citizen, id: `p${citizen}x${i}`, amount: 2000 + 777 * citizen + 5000 * i, trxDate: FIRST.fromMs + i * 9 * HOUR_MS + (9 - citizen) * MINUTE_MS,
  }))),
  // In part, in time; and one whose payment never comes.
  { citizen: 3, id: 'r3', amount: 1500, trxDate: FIRST.fromMs + 20 * HOUR_MS, reverses: 'p3x0' },
  { citizen: 4, id: 'r4', amount: 1500, trxDate: FIRST.fromMs + 20 * HOUR_MS, reverses: 'nothing' },
  // Of the next period, in the grace of this one.
  ...[0, 1].map((citizen): Trx => ({ citizen, id: `q${citizen}`, amount: 9900, trxDate: SECOND.fromMs + HOUR_MS })),
].sort((a, b) => a.trxDate - b.trxDate);

/** Arrive after the first deadline: what they reverse was paid. */
export const LATE: readonly Trx[] = [
  { citizen: 0, id: 'l0', amount: 2000, trxDate: FIRST.deadlineMs, reverses: 'p0x0' },
  { citizen: 6, id: 'l6', amount: 6662, trxDate: FIRST.deadlineMs, reverses: 'p6x0' },
];
const AFTER: readonly Trx[] = [
  ...[0, 1, 2, 3].map((citizen): Trx => ({ citizen, id: `s${citizen}`, amount: 4300, trxDate: SECOND.fromMs + 30 * HOUR_MS })),
  { citizen: 6, id: 'l6b', amount: 1, trxDate: SECOND.fromMs + 31 * HOUR_MS, reverses: 'p6x1' },
  // Too late for what it pays, and late for what it reverses.
  { citizen: 2, id: 'x2', amount: 5000, trxDate: FIRST.untilMs - 1, arrivalMs: SECOND.fromMs + 32 * HOUR_MS },
  { citizen: 8, id: 'l8', amount: 8216, trxDate: SECOND.fromMs + 32 * HOUR_MS, reverses: 'p8x0' },
];

/** `payoutId` left out: citizen, period, kind, transactions, cents. By hand. */
export const FIRST_PAYOUTS = [
  'citizen-0,first,CASHBACK,3,2100',
  'citizen-1,first,CASHBACK,3,2334',
  'citizen-2,first,CASHBACK,3,2565',
  'citizen-3,first,CASHBACK,2,1216',
  'citizen-4,first,CASHBACK,2,1522',
  'citizen-6,first,CASHBACK,2,1832',
  'citizen-7,first,CASHBACK,2,1988',
  'citizen-8,first,CASHBACK,2,2144',
  // Of the three with three payments, these two were first to make the last of them.
  'citizen-1,first,SUPER_CASHBACK,3,5000',
  'citizen-2,first,SUPER_CASHBACK,3,5000',
];
export const ALL_PAYOUTS = [
  ...FIRST_PAYOUTS,
  'citizen-0,second,CASHBACK,2,1420',
  'citizen-1,second,CASHBACK,2,1420',
  'citizen-0,second,SUPER_CASHBACK,2,7000',
];
export const ALL_ADJUSTMENTS = ['citizen-0,first,-200', 'citizen-6,first,-1832', 'citizen-8,first,-2144'];

export class Scenario {
  readonly cluster: Cluster;
  /** Looks on: has no faults. */
  readonly #observer: Process;

  private constructor(cluster: Cluster, observer: Process) {
    this.cluster = cluster;
    this.#observer = observer;
  }

  get context(): Context {
    return this.#observer.context;
  }

  /** Enrolled, paid, folded by one process with all roles; of ARRIVAL=broker time stands just before the first deadline. */
  static async prepare(arrival: Arrival = 'broker'): Promise<Scenario & { readonly worker: Process }> {
    const cluster = await Cluster.open(PROGRAMME, arrival, START_MS);
    const scenario = new Scenario(cluster, await cluster.start([]));
    const worker = await cluster.start();
    for (const [citizen, citizenId] of CITIZENS.entries()) {
      const hashPan = cardOf(citizen);
      await scenario.#append('card-enrolments', hashPan, scenario.context.serdes.enrolment.encode({ hashPan, citizenId, event: 'ENROLLED', at: START_MS }), START_MS);
    }
    await cluster.passTo(FIRST.fromMs - HOUR_MS);
    for (const trx of BEFORE) {
      if (arrival === 'broker') await cluster.passTo(trx.trxDate);
      await scenario.publish(trx);
    }
    await cluster.passTo(FIRST.deadlineMs - 1);
    return Object.assign(scenario, { worker });
  }

  /** Arrives now; with ARRIVAL=producer at its own time. */
  async publish({ citizen, id, amount, trxDate, reverses, arrivalMs = trxDate }: Trx): Promise<void> {
    const hashPan = cardOf(citizen);
    await this.#append('card-transactions', hashPan, this.context.serdes.transaction.encode({
      acquirerCode: '12345', operationType: reverses === undefined ? 'PAYMENT' : 'REVERSAL', circuitType: '00', hashPan, trxDate,
      idTrxAcquirer: id, correlationId: reverses ?? id, amount, currency: '978', acquirerId: 'a', merchantId: 'm', terminalId: 't',
      mcc: '5411', posType: 'PHYSICAL',
    }), arrivalMs);
  }

  async publishAll(all: readonly Trx[]): Promise<void> {
    for (const trx of all) await this.publish(trx);
  }

  /** One look of a closer after the other, as long as something changes; faults that pass are tried again. False = it died. */
  async closeWith(closer: Process, period: Period): Promise<boolean> {
    for (let looks = 0; looks < 50; looks++) {
      await this.cluster.settle();
      const waiting = await Promise.race([closer.close.advance(new Set([period.id])).catch(retried), closer.line.died]);
      if (waiting === 'died') return false;
      if (waiting !== 'retry' && !waiting.has(period.id)) return true;
      // A store that was rolled back is noticed within a second.
      await this.cluster.passTo(this.cluster.clock.nowMs() + 2000);
    }
    throw new Error(`${period.id} is not closed after 50 looks`);
  }

  /** Lives on: late reversals, the second period, its close. */
  async liveOn(): Promise<void> {
    const { cluster } = this;
    await this.publishAll(LATE);
    for (const trx of AFTER) {
      await cluster.passTo(trx.trxDate);
      await this.publish(trx);
    }
    await cluster.passTo(SECOND.deadlineMs);
    await this.closeWith(await cluster.start([]), SECOND);
    await cluster.settle();
  }

  async payouts(): Promise<string[]> {
    return (await payoutsOf(this.context)).map((payout) => payoutRow(payout).slice(1).join());
  }

  async adjustments(): Promise<string[]> {
    return (await adjustmentRows(this.context)).map((row) => row.join());
  }

  /** How many close markers are in the ledger. */
  async markers(): Promise<number> {
    const { context } = this;
    let count = 0;
    for await (const { value } of topicValues(context, 'citizen-ledger', context.serdes.ledger)) if (value.closes !== null) count++;
    return count;
  }

  /** Lives on, and then both periods were paid as by hand, and verify finds no difference. */
  async expectSoundToTheEnd(): Promise<void> {
    expect(await this.payouts()).toEqual(FIRST_PAYOUTS);
    await this.liveOn();
    expect(await this.payouts()).toEqual(ALL_PAYOUTS);
    expect(await this.adjustments()).toEqual(ALL_ADJUSTMENTS);
    await this.expectSound(FIRST, SECOND);
  }

  /** Whatever happened, the log and the store say the same of closed periods, and nothing came out of order. */
  async expectSound(...periods: readonly Period[]): Promise<void> {
    await this.cluster.settle();
    const unsound = [...this.cluster.alarms];
    for (const period of periods) {
      const { closed, differences } = await verify(this.context, period, { patienceMs: 0 });
      unsound.push(...(closed ? [] : [`${period.id} is open`]), ...differences.map((difference) => JSON.stringify(difference)));
    }
    if (unsound.length > 0) throw new Error(unsound.join('\n'));
  }

  async #append(topic: 'card-transactions' | 'card-enrolments', key: Buffer, value: Buffer, timestampMs: number): Promise<void> {
    const partition = partitionOf(key, this.context.partitions(topic));
    await this.cluster.log.producer.append([{ topic, partition, records: [{ key, value, timestampMs }] }]);
  }
}

function cardOf(citizen: number): Buffer {
  return Buffer.alloc(32, citizen + 1);
}

function retried(error: unknown): 'retry' {
  if (error instanceof LogError && error.remedy === 'retry') return 'retry';
  throw error;
}
