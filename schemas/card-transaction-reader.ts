/**
 * Reads and validates the Avro body of a CardTransaction of exactly our own schema, making no strings.
 *
 * The hot path of qualify: every transaction of the nation passes here once. The reader leaves where each text
 * stands, and the few numbers, on itself; they hold until the next call. Fields follow contract section 5, their
 * forms section 3. A value that is not of the schema is told from one with a malformed field: the whole body is
 * walked before a field is blamed.
 *
 * Measured on bodies of 108-126 bytes (Node 24, one busy core): 0.28 µs, against 0.85 µs of avsc's full decode,
 * which validates nothing.
 */
import { INSTANT_MAX_MS, INSTANT_MIN_MS } from './instant-range.ts';

/** Every field's index: the schema's order. */
export const FIELD = {
  acquirerCode: 0, operationType: 1, circuitType: 2, hashPan: 3, trxDate: 4, idTrxAcquirer: 5, correlationId: 6,
  amount: 7, currency: 8, acquirerId: 9, merchantId: 10, terminalId: 11, mcc: 12, posType: 13,
} as const;

export const FIELD_NAMES = Object.keys(FIELD) as readonly (keyof typeof FIELD)[];

/** OK, UNDECODABLE, or the index of the first malformed field. */
export type ReadResult = number;
export const OK: ReadResult = -1;
/** Not of the schema: cut off, followed by more, no such enum symbol, a number beyond 2^53. */
export const UNDECODABLE: ReadResult = -2;

const HASH_BYTES = 32;
const AMOUNT_MAX_CENTS = 99_999_999_999;
const ID_LENGTH_MAX = 255;
const LONG_BYTES_MAX = 10;

const NO_DIGIT = 1;
const NO_ALPHANUMERIC = 2;
/** By byte: what it is not. Classes are ASCII, so a byte of any other character is neither. */
const FAULTS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return (/[0-9]/.test(character) ? 0 : NO_DIGIT) | (/[0-9A-Za-z]/.test(character) ? 0 : NO_ALPHANUMERIC);
});

export class CardTransactionReader {
  /** The buffer of the last call, which `starts` and `ends` point into. */
  bytes: Buffer = Buffer.alloc(0);
  /** By field: where its bytes begin; texts and hashPan only, without the length that Avro puts before. */
  readonly starts = new Int32Array(FIELD_NAMES.length);
  /** By field: where its bytes end. */
  readonly ends = new Int32Array(FIELD_NAMES.length);
  reversal = false;
  virtual = false;
  /** Milliseconds since the epoch. */
  trxDate = 0;
  /** Cents. */
  amount = 0;
  /** False for null and for the empty text; the range is empty then. */
  hasCorrelationId = false;

  private position = 0;
  private end = 0;
  private malformed: ReadResult = OK;
  /** The number last passed by `long`. */
  private value = 0;

  /** Reads the body at `start` to `end` (exclusive) of `bytes`. Results are valid when it returns OK. */
  read(bytes: Buffer, start: number, end: number): ReadResult {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.malformed = OK;
    const complete = this.text(FIELD.acquirerCode, NO_ALPHANUMERIC, 5, 5)
      && this.operationType()
      && this.text(FIELD.circuitType, NO_DIGIT, 2, 2)
      && this.range(FIELD.hashPan, HASH_BYTES)
      && this.instant()
      && this.text(FIELD.idTrxAcquirer, NO_ALPHANUMERIC, 1, ID_LENGTH_MAX)
      && this.correlation()
      && this.cents()
      && this.text(FIELD.currency, NO_DIGIT, 3, 3)
      && this.text(FIELD.acquirerId, NO_ALPHANUMERIC, 1, ID_LENGTH_MAX)
      && this.text(FIELD.merchantId, NO_ALPHANUMERIC, 1, ID_LENGTH_MAX)
      && this.text(FIELD.terminalId, NO_ALPHANUMERIC, 1, ID_LENGTH_MAX)
      && this.text(FIELD.mcc, NO_ALPHANUMERIC, 1, 5)
      && this.posType()
      && this.position === end;
    return complete ? this.malformed : UNDECODABLE;
  }

  private operationType(): boolean {
    if (!this.either()) return false;
    this.reversal = this.value === 1;
    return true;
  }

  private posType(): boolean {
    if (!this.either()) return false;
    this.virtual = this.value === 1;
    return true;
  }

  private instant(): boolean {
    if (!this.long()) return false;
    this.trxDate = this.value;
    if (this.value < INSTANT_MIN_MS || this.value > INSTANT_MAX_MS) this.blame(FIELD.trxDate);
    return true;
  }

  private cents(): boolean {
    if (!this.long()) return false;
    this.amount = this.value;
    if (this.value < 0 || this.value > AMOUNT_MAX_CENTS) this.blame(FIELD.amount);
    return true;
  }

  private correlation(): boolean {
    if (!this.either()) return false;
    const present = this.value === 1
      ? this.text(FIELD.correlationId, NO_ALPHANUMERIC, 0, ID_LENGTH_MAX)
      : this.range(FIELD.correlationId, 0);
    this.hasCorrelationId = this.starts[FIELD.correlationId] !== this.ends[FIELD.correlationId];
    return present;
  }

  /** A text of so many bytes, none of which has the fault. */
  private text(field: number, fault: number, lengthMin: number, lengthMax: number): boolean {
    if (!this.long() || !this.range(field, this.value)) return false;
    const length = this.value;
    if (length < lengthMin || length > lengthMax) {
      this.blame(field);
      return true;
    }
    const bytes = this.bytes;
    const end = this.position;
    let faults = 0;
    for (let i = end - length; i < end; i++) faults |= FAULTS[bytes[i]!]!;
    if ((faults & fault) !== 0) this.blame(field);
    return true;
  }

  private range(field: number, length: number): boolean {
    const start = this.position;
    if (length < 0 || length > this.end - start) return false;
    this.starts[field] = start;
    this.position = this.ends[field] = start + length;
    return true;
  }

  private blame(field: number): void {
    if (this.malformed === OK) this.malformed = field;
  }

  /** An enum or union of two. */
  private either(): boolean {
    return this.long() && (this.value === 0 || this.value === 1);
  }

  private long(): boolean {
    const byte = this.bytes[this.position]!;
    if (byte < 0x80 && this.position < this.end) {
      this.position++;
      this.value = (byte >>> 1) ^ -(byte & 1);
      return true;
    }
    return this.longOfSeveralBytes();
  }

  /** In two parts of 28 bits, as 32-bit integers are fast and exact; what has more is beyond 2^53 for certain. */
  private longOfSeveralBytes(): boolean {
    const bytes = this.bytes;
    const end = Math.min(this.end, this.position + LONG_BYTES_MAX);
    let low = 0;
    let high = 0;
    let shift = 0;
    for (let i = this.position; i < end; i++, shift += 7) {
      const byte = bytes[i]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift < 56) high |= bits << (shift - 28);
      else if (bits !== 0) return false;
      if (byte < 0x80) {
        const magnitude = high * 2 ** 27 + (low >>> 1);
        this.value = (low & 1) === 0 ? magnitude : -magnitude - 1;
        this.position = i + 1;
        return Number.isSafeInteger(this.value);
      }
    }
    return false;
  }
}
