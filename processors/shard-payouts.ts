/**
 * The payouts of one shard, one period and one kind: what is in the log already is read and compared, what is missing
 * is sent, and the manifest after all of them. Any process may do it again: ids are derived, amounts are frozen.
 */
import { payoutId, type PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import type { OutgoingRecord } from '../ports/log.ts';
import type { PeriodClosure } from '../schemas/generated/types.ts';
import { closureKey, sameManifest, type Closures } from './closures.ts';
import type { Context } from './context.ts';
import { PayoutTable } from './payout-table.ts';
import { ProcessingError } from './processor.ts';
import { partitionValues } from './topic-values.ts';

export interface Due {
  readonly citizenId: string;
  readonly transactions: number;
  readonly amountCents: number;
}

export class ShardPayouts {
  readonly #context: Context;
  readonly #shard: number;
  readonly #period: Period;
  readonly #kind: PayoutKind;
  /** What is in the log already. */
  readonly #sent: PayoutTable;
  readonly #due = new PayoutTable();
  #found = 0;

  private constructor(context: Context, shard: number, period: Period, kind: PayoutKind, sent: PayoutTable) {
    this.#context = context;
    this.#shard = shard;
    this.#period = period;
    this.#kind = kind;
    this.#sent = sent;
  }

  /**
   * Reads what is in the log, unless the manifests speak of all of it, and none of these payouts.
   * @throws ProcessingError other-payout, when one id stands in the log with two amounts, or a payout is of another programme
   */
  static async open(context: Context, closures: Closures, shard: number, period: Period, kind: PayoutKind): Promise<ShardPayouts> {
    const { reader, serdes, topic, programme: { programme } } = context;
    const sent = new PayoutTable();
    const { start, high } = (await reader.watermarks(topic('payouts')))[shard]!;
    const allToldOf = closures.manifest(period.id, kind, shard) === undefined && closures.counted(shard) === high - start;
    if (allToldOf) return new ShardPayouts(context, shard, period, kind, sent);
    for await (const { value: payout } of partitionValues(context, 'payouts', shard, serdes.payout)) {
      // Its ids are others: to pay beside it would be to pay twice.
      if (payout.programme !== programme) throw new ProcessingError('other-payout', `shard ${shard}: the log holds payouts of another programme`);
      if (payout.period !== period.id || payout.kind !== kind) continue;
      if (sent.add(payout.payoutId, payout.amount) !== payout.amount) throw otherAmount(payout.payoutId);
    }
    return new ShardPayouts(context, shard, period, kind, sent);
  }

  /** Notes what is due and sends those that are not in the log yet. Call in the order of citizens, each once. */
  async pay(due: readonly Due[]): Promise<void> {
    const { producer, topic } = this.#context;
    const records = due.flatMap((one) => this.#recordOf(one) ?? []);
    if (records.length > 0) await producer.append([{ topic: topic('payouts'), partition: this.#shard, records }]);
  }

  /**
   * Sends the manifest, unless `known` says the same already.
   * @throws ProcessingError other-payout, when the log holds what is not due, or another manifest
   */
  async finish(citizens: number, lastRankedTransactions: number | null, known: PeriodClosure | undefined): Promise<void> {
    const { producer, serdes, topic, programme: { programme }, partitions } = this.#context;
    if (this.#found !== this.#sent.size) {
      throw new ProcessingError('other-payout', `shard ${this.#shard}: the log holds payouts that are not due`);
    }
    const manifest: PeriodClosure = {
      programme, period: this.#period.id, kind: this.#kind, shard: this.#shard, shards: partitions('citizen-ledger'),
      citizens, payouts: this.#due.size, amount: this.#due.sumCents, digest: this.#due.digest(), lastRankedTransactions,
    };
    if (known !== undefined) {
      if (!sameManifest(known, manifest)) throw new ProcessingError('other-payout', `shard ${this.#shard}: the log holds another manifest`);
      return;
    }
    await producer.append([{
      topic: topic('period-closures'), partition: 0,
      records: [{ key: closureKey(manifest), value: serdes.closure.encode(manifest) }],
    }]);
  }

  /** Null when it is in the log already. */
  #recordOf({ citizenId, transactions, amountCents }: Due): OutgoingRecord | null {
    const { serdes, programme: { programme } } = this.#context;
    const id = payoutId(programme, this.#period.id, this.#kind, citizenId);
    this.#due.add(id, amountCents);
    const sentCents = this.#sent.get(id);
    if (sentCents !== undefined) {
      if (sentCents !== amountCents) throw otherAmount(id);
      this.#found++;
      return null;
    }
    return {
      key: Buffer.from(citizenId),
      value: serdes.payout.encode({
        payoutId: id, programme, period: this.#period.id, citizenId, kind: this.#kind, amount: amountCents, transactions,
        deadline: this.#period.deadlineMs,
      }),
    };
  }
}

function otherAmount(id: string): ProcessingError {
  return new ProcessingError('other-payout', `payout ${id} is in the log with another amount`);
}
