/**
 * Reads and validates the transactions of a batch, each once: what judging asks of it, and what its ledger entry is made of.
 */
import type { Facts } from '../programme/judging.ts';
import type { LogRecord } from '../ports/log.ts';
import { CardTransactionReader, FIELD, FIELD_NAMES, OK, UNDECODABLE } from '../schemas/card-transaction-reader.ts';
import { CardTransactionSource } from '../schemas/card-transaction-source.ts';
import type { CardTransaction } from '../schemas/generated/types.ts';
import type { Serde } from '../schemas/serde.ts';
import { UndecodableError } from '../schemas/undecodable-error.ts';
import type { Refusal } from './quarantine.ts';

/** A transaction as it was read: where its fields stand. Used again for another one, when its batch is done. */
export class Transaction extends CardTransactionReader implements Facts {
  ownCurrency = false;
}

export class TransactionReading {
  readonly #values: CardTransactionSource;
  readonly #currency: Buffer;
  /** By batch: making one for each transaction would cost more than reading it. */
  readonly #idle: Transaction[][] = [];

  /** `currency`: the programme's. */
  constructor(serde: Serde<CardTransaction>, currency: string) {
    this.#values = new CardTransactionSource(serde);
    this.#currency = Buffer.from(currency);
  }

  /** Room for a batch of so many, which is the caller's until `work` is done. */
  async withBatch<T>(size: number, work: (batch: readonly Transaction[]) => Promise<T>): Promise<T> {
    const batch = this.#idle.pop() ?? [];
    while (batch.length < size) batch.push(new Transaction());
    try {
      return await work(batch);
    } finally {
      this.#idle.push(batch);
    }
  }

  /** As `Serde.prepare`: to be awaited for a batch before its records. */
  async prepare(records: readonly LogRecord[]): Promise<void> {
    await this.#values.prepare(records.map((record) => record.value));
  }

  /** Reads the record into `transaction`, or says why it is refused. */
  read(record: LogRecord, transaction: Transaction): Refusal | null {
    let result;
    try {
      const { bytes, start, end } = this.#values.body(record.value);
      result = transaction.read(bytes, start, end);
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
      return { reason: 'undecodable' };
    }
    if (result === UNDECODABLE) return { reason: 'undecodable' };
    if (result !== OK) return { reason: 'malformed', field: FIELD_NAMES[result]! };
    if (record.key === null || !isField(record.key, transaction, FIELD.hashPan)) return { reason: 'malformed', field: 'key' };
    transaction.ownCurrency = isField(this.#currency, transaction, FIELD.currency);
    return null;
  }
}

/** A loop: for so few bytes, Buffer.compare's call takes several times as long. */
function isField(expected: Buffer, { bytes, starts, ends }: Transaction, field: number): boolean {
  const start = starts[field]!;
  if (ends[field]! - start !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false;
  return true;
}
