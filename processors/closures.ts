/**
 * The manifests of `period-closures`: which shards' payouts are complete. Read from the log, only forward.
 */
import type { PeriodClosure } from '../schemas/generated/types.ts';
import type { PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import type { Context } from './context.ts';
import { ProcessingError } from './processor.ts';

export class Closures {
  readonly #context: Context;
  readonly #byKey = new Map<string, PeriodClosure>();
  #position: number | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Reads on to the end of the topic.
   * @throws ProcessingError other-payout, when a repeat does not say the same, or is of another programme
   */
  async refresh(): Promise<void> {
    const { reader, topic, serdes } = this.#context;
    const { start, high } = (await reader.watermarks(topic('period-closures')))[0]!;
    const from = this.#position ?? start;
    for await (const records of reader.range(topic('period-closures'), 0, from, high)) {
      await serdes.closure.prepare(records.map((record) => record.value));
      for (const record of records) this.#note(serdes.closure.decode(record.value));
    }
    this.#position = high;
  }

  manifest(period: string, kind: PayoutKind, shard: number): PeriodClosure | undefined {
    return this.#byKey.get(`${period}/${kind}/${shard}`);
  }

  manifests(period: string, kind: PayoutKind): PeriodClosure[] {
    return [...this.#byKey.values()].filter((closure) => closure.period === period && closure.kind === kind);
  }

  /** How many payouts of the shard the manifests speak of. */
  counted(shard: number): number {
    return [...this.#byKey.values()].reduce((sum, closure) => sum + (closure.shard === shard ? closure.payouts : 0), 0);
  }

  /** Every payout of the period is in the log, and said to be complete. */
  closed(period: Period): boolean {
    return this.complete(period.id, 'CASHBACK') && (period.superCashback === null || this.complete(period.id, 'SUPER_CASHBACK'));
  }

  /** All shards' payouts of this kind are there. */
  complete(period: string, kind: PayoutKind): boolean {
    const manifests = this.manifests(period, kind);
    return manifests.length > 0 && manifests.length === manifests[0]!.shards;
  }

  #note(closure: PeriodClosure): void {
    if (closure.programme !== this.#context.programme.programme) {
      throw new ProcessingError('other-payout', 'period-closures holds a manifest of another programme');
    }
    const key = `${closure.period}/${closure.kind}/${closure.shard}`;
    const known = this.#byKey.get(key);
    if (known !== undefined && !sameManifest(known, closure)) {
      throw new ProcessingError('other-payout', `two manifests of ${key} differ`);
    }
    this.#byKey.set(key, closure);
  }
}

export function closureKey({ programme, period, kind, shard }: PeriodClosure): Buffer {
  return Buffer.from(`${programme}/${period}/${kind}/${shard}`);
}

/** Whether two manifests of one key say the same of its payouts. */
export function sameManifest(a: PeriodClosure, b: PeriodClosure): boolean {
  return a.shards === b.shards && a.citizens === b.citizens && a.payouts === b.payouts && a.amount === b.amount
    && a.digest === b.digest && a.lastRankedTransactions === b.lastRankedTransactions;
}
