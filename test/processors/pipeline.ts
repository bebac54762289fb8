/**
 * The embedded engine on the worlds of test/replay: records are published in any order, from any number of partitions,
 * and periods are closed whenever a test says.
 */
import { EmbeddedEngine, type EmbeddedOptions } from '../../embedded/engine.ts';
import { parseProgramme } from '../../programme/parse.ts';
import type { Period } from '../../programme/programme.ts';
import { adjustmentRows, payoutRow, payoutsOf, quarantinedOf, totalRows } from '../../reports/rows.ts';
import { Random } from '../../runtime/random.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { readEnrolments, readTransactions } from '../oracle/reading.ts';
import { CONTRACT } from '../oracle/rules.ts';
import type { Transaction, World } from '../oracle/world.ts';

export interface Outcome {
  readonly totals: readonly string[];
  readonly payouts: readonly string[];
  readonly adjustments: readonly string[];
}

export class Pipeline {
  readonly engine: EmbeddedEngine;

  private constructor(engine: EmbeddedEngine) {
    this.engine = engine;
  }

  /** With the world's enrolments folded. */
  static async open(world: World, seed: number, options: Partial<EmbeddedOptions> = {}): Promise<Pipeline> {
    const random = Random.of(seed, 'deliveries');
    const programme = parseProgramme(JSON.stringify(world.programme));
    const pipeline = new Pipeline(await EmbeddedEngine.open({ programme, choose: (n) => random.below(n), ...options }));
    await pipeline.#enrol(world);
    await pipeline.engine.drain();
    return pipeline;
  }

  get periods(): readonly Period[] {
    return this.engine.context.programme.byDeadline;
  }

  async publish(trx: Transaction, partition = 0): Promise<void> {
    const { serdes } = this.engine.context;
    const hashPan = Buffer.from(trx.card, 'hex');
    await this.engine.publish('card-transactions', partition, [{
      key: hashPan,
      value: serdes.transaction.encode({
        ...trx, hashPan, circuitType: '00', mcc: '4900', amount: Number(trx.amount), correlationId: trx.correlationId || null,
        operationType: trx.operationType === '00' ? 'PAYMENT' : 'REVERSAL', posType: trx.posType === '00' ? 'PHYSICAL' : 'VIRTUAL',
      }),
      timestampMs: trx.arrival,
    }]);
  }

  /** Also through faults that pass. */
  async close(period: Period): Promise<void> {
    for (;;) {
      try {
        await this.engine.close(period);
        return;
      } catch (error) {
        if (!(error instanceof Error && 'remedy' in error && error.remedy === 'retry')) throw error;
      }
    }
  }

  async outcome(): Promise<Outcome> {
    const { context } = this.engine;
    await this.engine.drain();
    const totals: string[] = [];
    for await (const page of totalRows(context)) totals.push(...page.map((row) => row.join(',')));
    return {
      totals,
      payouts: (await payoutsOf(context)).map((payout) => payoutRow(payout).join(',')),
      adjustments: (await adjustmentRows(context)).map((row) => row.join(',')),
    };
  }

  async conflicts(): Promise<number> {
    return (await quarantinedOf(this.engine.context)).filter(({ reason }) => reason === 'conflict').length;
  }

  async #enrol(world: World): Promise<void> {
    const { serdes, partitions } = this.engine.context;
    for (const { card, citizenId, event, at } of readEnrolments(world.enrolments, CONTRACT).records) {
      const hashPan = Buffer.from(card, 'hex');
      await this.engine.publish('card-enrolments', partitionOf(hashPan, partitions('card-enrolments')), [{
        key: hashPan,
        value: serdes.enrolment.encode({ hashPan, citizenId, event: event as 'ENROLLED' | 'REMOVED', at }),
        timestampMs: at,
      }]);
    }
  }
}

/** The world's records in the order in which replay takes them. */
export function recordsOf(world: World): Transaction[] {
  return readTransactions(world.transactions, world.programme.timeZone, CONTRACT).records.toSorted(CONTRACT.order);
}

/** As the oracle's files have them. */
export function rowsOf(csv: string): string[] {
  return csv.split('\n').slice(1, -1);
}
