/**
 * Collects the decisions of one source batch, shard by shard, as ledger records of packed entries.
 */
import { CONTENT_FIELDS, CORRELATED_LINK_FIELDS, IDENTITY_FIELDS, UNCORRELATED_LINK_FIELDS, type Field } from '../programme/identity.ts';
import type { Period, Programme } from '../programme/programme.ts';
import { deadlinesPassedAt } from '../programme/programme.ts';
import type { LogRecord } from '../ports/log.ts';
import { FIELD, type CardTransactionReader } from '../schemas/card-transaction-reader.ts';
import type { LedgerRecord } from '../schemas/generated/types.ts';
import { shardOf } from '../topology/partition-of.ts';
import { halfSipHash } from './half-sip-hash.ts';
import { ENTRIES_MAX, ENTRY, ENTRY_BYTES, KIND_CORRELATED, KIND_REVERSAL, LAYOUT_VERSION, NO_PERIOD, RECORD } from './ledger-entry.ts';
import { Origins } from './origins.ts';

const IDENTITY = indicesOf(IDENTITY_FIELDS);
const CONTENT = indicesOf(CONTENT_FIELDS);
const CORRELATED_LINK = indicesOf(CORRELATED_LINK_FIELDS);
const UNCORRELATED_LINK = indicesOf(UNCORRELATED_LINK_FIELDS);

const SEPARATOR = 0;
/** Five texts of 255 bytes, a card's hash, two numbers and their separators fit. */
const scratch = Buffer.alloc(2048);
const hashed = Buffer.alloc(8);

/** Records of one shard under construction. */
interface Piece {
  readonly citizens: string[];
  readonly indexOf: Map<string, number>;
  readonly periods: Period[];
  readonly entries: Buffer;
  readonly origins: Origins;
  count: number;
}

export class Decisions {
  readonly #programme: Programme;
  readonly #shards: number;
  readonly #sourcePartition: number;
  readonly #firstOffset: number;
  readonly #open = new Map<number, Piece>();
  readonly #done: { readonly shard: number; readonly record: LedgerRecord }[] = [];

  constructor(programme: Programme, shards: number, sourcePartition: number, firstOffset: number) {
    this.#programme = programme;
    this.#shards = shards;
    this.#sourcePartition = sourcePartition;
    this.#firstOffset = firstOffset;
  }

  /** Decides for the transaction of the record, on which the reader stands. Of a reversal's several entries one counts. */
  add(reader: CardTransactionReader, record: LogRecord, citizenId: string, period: Period | null, counts: boolean): void {
    const shard = shardOf(citizenId, this.#shards);
    const piece = this.#pieceOf(shard);
    piece.origins.note(record, piece.count);
    const at = piece.count++ * ENTRY_BYTES;
    const bytes = piece.entries;
    bytes.writeUInt16BE(citizenIndex(piece, citizenId), at + ENTRY.citizen);
    bytes[at + ENTRY.period] = period === null ? NO_PERIOD : periodIndex(piece, period);
    bytes[at + ENTRY.counts] = counts ? 1 : 0;
    bytes.writeUInt32BE(record.offset - this.#firstOffset, at + ENTRY.delta);
    bytes.writeDoubleBE(record.timestampMs, at + ENTRY.arrival);
    writeRecord(reader, deadlinesPassedAt(this.#programme, record.timestampMs), bytes, at + ENTRY.record);
    if (piece.count === ENTRIES_MAX) this.#finish(shard, piece);
  }

  /** The ledger records; those of one shard in the order of their decisions. */
  finish(): readonly { readonly shard: number; readonly record: LedgerRecord }[] {
    for (const [shard, piece] of this.#open) this.#finish(shard, piece);
    return this.#done;
  }

  #pieceOf(shard: number): Piece {
    let piece = this.#open.get(shard);
    if (piece === undefined) {
      piece = {
        citizens: [], indexOf: new Map(), periods: [], entries: Buffer.allocUnsafe(ENTRIES_MAX * ENTRY_BYTES), origins: new Origins(), count: 0,
      };
      this.#open.set(shard, piece);
    }
    return piece;
  }

  #finish(shard: number, piece: Piece): void {
    this.#open.delete(shard);
    this.#done.push({
      shard,
      record: {
        sourcePartition: this.#sourcePartition,
        firstOffset: this.#firstOffset,
        rules: this.#programme.rulesHash,
        citizens: piece.citizens,
        periods: piece.periods.map(({ id, rulesHash }) => ({ id, rules: rulesHash })),
        entries: piece.entries.subarray(0, piece.count * ENTRY_BYTES),
        layout: LAYOUT_VERSION,
        closes: null,
        origins: piece.origins.all,
        lines: piece.origins.linesOf(piece.count),
      },
    });
  }
}

function citizenIndex(piece: Piece, citizenId: string): number {
  let index = piece.indexOf.get(citizenId);
  if (index === undefined) {
    index = piece.citizens.push(citizenId) - 1;
    piece.indexOf.set(citizenId, index);
  }
  return index;
}

function periodIndex(piece: Piece, period: Period): number {
  const index = piece.periods.indexOf(period);
  return index < 0 ? piece.periods.push(period) - 1 : index;
}

/** Packs the transaction as it will stand in the citizen's set. */
function writeRecord(reader: CardTransactionReader, deadlinesPassed: number, bytes: Buffer, at: number): void {
  const correlated = reader.hasCorrelationId;
  halfSipHash(scratch, gather(reader, IDENTITY, 0), bytes, at + RECORD.id);
  bytes[at + RECORD.kind] = (reader.reversal ? KIND_REVERSAL : 0) | (correlated ? KIND_CORRELATED : 0);
  bytes[at + RECORD.deadlinesPassed] = deadlinesPassed;
  bytes.writeDoubleBE(reader.trxDate, at + RECORD.time);
  bytes.writeUIntBE(reader.amount, at + RECORD.amount, 5);
  // The first byte hashes the two kinds of link apart.
  const length = correlated ? gather(reader, CORRELATED_LINK, 1) : gather(reader, UNCORRELATED_LINK, 2);
  halfSipHash(scratch, length, bytes, at + RECORD.link);
  halfSipHash(scratch, gather(reader, CONTENT, 0), hashed, 0);
  hashed.copy(bytes, at + RECORD.check, 0, 4);
}

/** Puts the fields side by side in `scratch`, told apart, and says how many bytes they take. */
function gather(reader: CardTransactionReader, fields: Uint8Array, domain: number): number {
  const { bytes, starts, ends } = reader;
  scratch[0] = domain;
  let length = 1;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    if (field === FIELD.trxDate) length = scratch.writeDoubleBE(reader.trxDate, length);
    else if (field === FIELD.amount) length = scratch.writeDoubleBE(reader.amount, length);
    else if (field === FIELD.operationType) scratch[length++] = reader.reversal ? 1 : 0;
    else {
      // Texts are short: a loop beats Buffer.copy's call.
      for (let j = starts[field]!, end = ends[field]!; j < end; j++) scratch[length++] = bytes[j]!;
      scratch[length++] = SEPARATOR;
    }
  }
  return length;
}

/** By index, not by name: names would be looked up for each transaction. */
function indicesOf(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(fields, (field) => FIELD[field]);
}
