/**
 * The packed layout of a ledger record's entries, version 1, and of a stored record, which is the tail of an entry.
 * Accrue hands these bytes to the store as they are, and the store's script reads them at the same places. Beside the
 * entries stand the lines, of each where it came from: said of it should it be in conflict.
 *
 *     entry, 51 bytes, big-endian                        record in a citizen's set, 35 bytes
 *     0   u16  index in `citizens`
 *     2   u8   index in `periods`; 255 = none (reversal)
 *     3   u8   1 = this entry counts its source record
 *     4   u32  source offset, less `firstOffset`
 *     8   f64  arrival, ms since the epoch
 *     16  8 B  id: hash of the identity                  0
 *     24  u8   kind: 1 = reversal, 2 = correlated        8    from here on: the state, 27 bytes
 *     25  u8   deadlines passed                          9
 *     26  f64  trxDate, ms since the epoch               10
 *     34  u40  amount, cents                             18
 *     39  8 B  link: hash of what a reversal and its     23
 *              payment have in common
 *     47  u32  check: hash of the content                31
 *
 *     line, 7 bytes, big-endian
 *     0   u16  index in `origins`
 *     2   u40  line in the origin's file; 0 where it has none
 */
import type { Decisions } from '../ports/citizen-totals.ts';
import type { AppliedRecord } from '../programme/matching.ts';

export const LAYOUT_VERSION = 1;
export const ENTRY_BYTES = 51;
/** Entries of one ledger record: what a script call folds at once, so that others wait for milliseconds only. */
export const ENTRIES_MAX = 256;

export const ENTRY = { citizen: 0, period: 2, counts: 3, delta: 4, arrival: 8, record: 16 } as const;
/** Offsets in a record of a citizen's set. */
export const RECORD = { id: 0, kind: 8, deadlinesPassed: 9, time: 10, amount: 18, link: 23, check: 31 } as const;
export const RECORD_BYTES = 35;
export const ID_BYTES = 8;
export const NO_PERIOD = 255;
export const KIND_REVERSAL = 1;
export const KIND_CORRELATED = 2;

export const LINE_BYTES = 7;
export const LINE = { origin: 0, number: 2 } as const;
type Lines = Pick<Decisions, 'entries' | 'origins' | 'lines'>;
/** A file is named by its SHA-256, and by nothing else: this goes out in quarantine. */
const FILE = /^[0-9a-f]{64}$/;

/** What is wrong with the lines; null = nothing. */
export function faultOfLines({ entries, origins, lines }: Lines): string | null {
  for (const { file, schemaId } of origins) {
    if (file !== null && !FILE.test(file)) return 'an origin whose file is no SHA-256';
    if (!Number.isSafeInteger(schemaId) || schemaId < 0) return 'an origin without a schema';
  }
  if (lines.length === 0) return null;
  if (lines.length * ENTRY_BYTES !== entries.length * LINE_BYTES) return 'lines that are not one an entry';
  for (let at = 0; at < lines.length; at += LINE_BYTES) {
    if (lines.readUInt16BE(at + LINE.origin) >= origins.length) return 'a line of an origin not named';
  }
  return null;
}

/** The header `source` and the schema's id of the record behind the entry of this number; nulls where there are no lines. */
export function originOf({ origins, lines }: Lines, entry: number): { readonly source: string | null; readonly schemaId: number | null } {
  if (lines.length === 0) return { source: null, schemaId: null };
  const at = entry * LINE_BYTES;
  const { file, schemaId } = origins[lines.readUInt16BE(at + LINE.origin)]!;
  return { source: file === null ? null : `${file}:${lines.readUIntBE(at + LINE.number, 5)}`, schemaId };
}

/** A record as it lies in a packed set or entry. Its link is made when it is asked for: most citizens reverse nothing. */
class PackedRecord implements AppliedRecord {
  readonly reversal: boolean;
  readonly correlated: boolean;
  readonly timeMs: number;
  readonly amountCents: number;
  readonly deadlinesPassed: number;
  private readonly bytes: Buffer;
  private readonly at: number;

  constructor(bytes: Buffer, at: number) {
    const kind = bytes[at + RECORD.kind]!;
    this.reversal = (kind & KIND_REVERSAL) !== 0;
    this.correlated = (kind & KIND_CORRELATED) !== 0;
    this.timeMs = bytes.readDoubleBE(at + RECORD.time);
    this.amountCents = bytes.readUIntBE(at + RECORD.amount, 5);
    this.deadlinesPassed = bytes[at + RECORD.deadlinesPassed]!;
    this.bytes = bytes;
    this.at = at;
  }

  get link(): string {
    return this.bytes.toString('latin1', this.at + RECORD.link, this.at + RECORD.check);
  }
}

/** The record at a place of a packed set or entry, which must not change after. */
export function recordAt(bytes: Buffer, at: number): AppliedRecord {
  return new PackedRecord(bytes, at);
}

/** All records of a citizen's packed set. */
export function recordsOf(set: Buffer): AppliedRecord[] {
  const records: AppliedRecord[] = [];
  for (let at = 0; at < set.length; at += RECORD_BYTES) records.push(recordAt(set, at));
  return records;
}
