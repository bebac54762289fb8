/**
 * The bytes that stand in Redis for what the ports know as objects. Lua copies them and hardly looks inside.
 */
import type { AdjustmentDue, KeptTotal, LateCitizen, SideOutput } from '../../ports/citizen-totals.ts';
import { StoreError } from '../../ports/store.ts';
import { NEVER_ENROLLED, type CardHistory, type Switch } from '../../programme/holding.ts';

const TIME_BYTES = 6;
const KEPT_BYTES = 12;

/**
 * A card's history: of each switch the time (i48, ms since the epoch), the citizenId's length (u8, 0 = nobody's) and the
 * citizenId. 23 bytes for one holder with an id of 16.
 */
export function packHistory(history: CardHistory): Buffer {
  const parts = history.map(({ fromMs, citizenId }) => {
    const id = Buffer.from(citizenId ?? '');
    const part = Buffer.allocUnsafe(TIME_BYTES + 1 + id.length);
    part.writeIntBE(fromMs, 0, TIME_BYTES);
    part[TIME_BYTES] = id.length;
    id.copy(part, TIME_BYTES + 1);
    return part;
  });
  return Buffer.concat(parts);
}

/** The history that lies in `[at, end)`. */
export function unpackHistory(bytes: Buffer, at: number, end: number): CardHistory {
  if (at === end) return NEVER_ENROLLED;
  const history: Switch[] = [];
  while (at < end) {
    const idAt = at + TIME_BYTES + 1;
    const idEnd = idAt + bytes[at + TIME_BYTES]!;
    history.push({ fromMs: bytes.readIntBE(at, TIME_BYTES), citizenId: idEnd === idAt ? null : bytes.toString('utf8', idAt, idEnd) });
    at = idEnd;
  }
  return history;
}

export function packAdjustment({ citizenId, periodId, amountCents, cause }: AdjustmentDue): string {
  return JSON.stringify(['adjustment', citizenId, periodId, amountCents, cause.sourcePartition, cause.sourceOffset, cause.arrivalMs]);
}

/** An entry of the outbox; conflicts are written by fold.lua, once without the last two. */
export function unpackOutput(text: string): SideOutput['output'] {
  const [kind, ...values] = JSON.parse(text) as unknown[];
  if (kind === 'conflict') {
    const [sourcePartition, sourceOffset, arrivalMs, source, schemaId] = values as [number, number, number, (string | null)?, (number | null)?];
    return { kind, sourcePartition, sourceOffset, arrivalMs, source: source ?? null, schemaId: schemaId ?? null };
  }
  if (kind !== 'adjustment') throw new StoreError('corrupt', 'a side output of an unknown kind');
  const [citizenId, periodId, amountCents, sourcePartition, sourceOffset, arrivalMs] = values as [string, string, number, number, number, number];
  return { kind, citizenId, periodId, amountCents, cause: { sourcePartition, sourceOffset, arrivalMs } };
}

/** A late note, as late.lua says. */
export function unpackLateNote(note: Buffer): Omit<LateCitizen, 'citizenId' | 'set'> {
  const [sourcePartition, sourceOffset] = note.toString('latin1', 9).split(':').map(Number);
  return {
    deadlinesPassed: note[0]!,
    cause: { sourcePartition: sourcePartition!, sourceOffset: sourceOffset!, arrivalMs: note.readDoubleBE(1) },
  };
}

/** Kept totals, 12 bytes each: index in `periodIds` (u8), transactions (u32), cents (u56). */
export function packKept(totals: readonly KeptTotal[], periodIds: readonly string[]): Buffer {
  const bytes = Buffer.alloc(totals.length * KEPT_BYTES);
  totals.forEach(({ periodId, transactions, cashbackCents }, i) => {
    const at = i * KEPT_BYTES;
    bytes[at] = periodIds.indexOf(periodId);
    bytes.writeUInt32BE(transactions, at + 1);
    bytes.writeUIntBE(Math.floor(cashbackCents / 2 ** 40), at + 5, 2);
    bytes.writeUIntBE(cashbackCents % 2 ** 40, at + 7, 5);
  });
  return bytes;
}

/** What kept.lua gives: of each period the 11 bytes after the index, or none. */
export function unpackKept(periodIds: readonly string[], values: readonly Buffer[]): KeptTotal[] {
  return periodIds.flatMap((periodId, i) => {
    const value = values[i]!;
    if (value.length === 0) return [];
    return { periodId, transactions: value.readUInt32BE(0), cashbackCents: value.readUIntBE(4, 2) * 2 ** 40 + value.readUIntBE(6, 5) };
  });
}
