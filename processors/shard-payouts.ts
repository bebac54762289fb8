/**
 * The payouts of one shard, one period and one kind: what is in the log already is read and compared, what is missing
 * is sent, and the manifest after all of them. Any process may do it again: ids are derived, amounts are frozen.
 */
import { createHash } from 'node:crypto';
import { payoutId, type PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import type { OutgoingRecord } from '../ports/log.ts';
import type { PeriodClosure } from '../schemas/generated/types.ts';
import { closureKey } from './closures.ts';
import type { Context } from './context.ts';
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
  /** Amount by payout id, of what is in the log already. */
  readonly #sent: ReadonlyMap<string, number>;
  /** `payoutId:amount`, for the digest. */
  readonly #lines: string[] = [];
  #found = 0;
  #sumCents = 0;

  private constructor(context: Context, shard: number, period: Period, kind: PayoutKind, sent: ReadonlyMap<string, number>) {
    this.#context = context;
    this.#shard = shard;
    this.#period = period;
    this.#kind = kind;
    this.#sent = sent;
  }

  static async open(context: Context, shard: number, period: Period, kind: PayoutKind): Promise<ShardPayouts> {
    const { serdes, programme: { programme } } = context;
    const sent = new Map<string, number>();
    for await (const { value: payout } of partitionValues(context, 'payouts', shard, serdes.payout)) {
      if (payout.programme !== programme || payout.period !== period.id || payout.kind !== kind) continue;
      if (sent.has(payout.payoutId) && sent.get(payout.payoutId) !== payout.amount) throw otherAmount(payout.payoutId);
      sent.set(payout.payoutId, payout.amount);
    }
    return new ShardPayouts(context, shard, period, kind, sent);
  }

  /** Sends those that are not in the log yet. Call in the order of citizens. */
  async pay(due: readonly Due[]): Promise<void> {
    const { producer, serdes, topic, programme: { programme } } = this.#context;
    const records: OutgoingRecord[] = [];
    for (const { citizenId, transactions, amountCents } of due) {
      const id = payoutId(programme, this.#period.id, this.#kind, citizenId);
      this.#lines.push(`${id}:${amountCents}`);
      this.#sumCents += amountCents;
      const sentCents = this.#sent.get(id);
      if (sentCents !== undefined) {
        if (sentCents !== amountCents) throw otherAmount(id);
        this.#found++;
        continue;
      }
      records.push({
        key: Buffer.from(citizenId),
        value: serdes.payout.encode({
          payoutId: id, programme, period: this.#period.id, citizenId, kind: this.#kind, amount: amountCents, transactions,
          deadline: this.#period.deadlineMs,
        }),
      });
    }
    if (records.length > 0) await producer.append([{ topic: topic('payouts'), partition: this.#shard, records }]);
  }

  /** Sends the manifest, unless an equal one is there. */
  async finish(citizens: number, lastRankedTransactions: number | null, known: PeriodClosure | undefined): Promise<void> {
    const { producer, serdes, topic, programme: { programme }, partitions } = this.#context;
    if (this.#found !== this.#sent.size) {
      throw new ProcessingError('other-payout', `shard ${this.#shard}: the log holds payouts that are not due`);
    }
    const manifest: PeriodClosure = {
      programme, period: this.#period.id, kind: this.#kind, shard: this.#shard, shards: partitions('citizen-ledger'),
      citizens, payouts: this.#lines.length, amount: this.#sumCents, digest: digestOf(this.#lines), lastRankedTransactions,
    };
    if (known !== undefined) {
      if (known.digest !== manifest.digest) throw new ProcessingError('other-payout', `shard ${this.#shard}: the manifest has another digest`);
      return;
    }
    await producer.append([{
      topic: topic('period-closures'), partition: 0,
      records: [{ key: closureKey(manifest), value: serdes.closure.encode(manifest) }],
    }]);
  }
}

/** Hex SHA-256 over the lines `payoutId:amount`, each with LF, sorted. Source: contract, section 5. */
export function digestOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines.toSorted()) hash.update(`${line}\n`);
  return hash.digest('hex');
}

function otherAmount(id: string): ProcessingError {
  return new ProcessingError('other-payout', `payout ${id} is in the log with another amount`);
}
