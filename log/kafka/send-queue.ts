/**
 * What waits to be sent, in pieces that fit a request, and the choice of the next request's. Pure.
 *
 * The library sends one record batch a partition and request, and the broker's limit for a record (max.message.bytes)
 * is one for the batch: so a piece is small, and pieces are joined only while they stay so. Its cost for a partition
 * grows with the square of the records: the second limit. Of one partition, pieces go in the order of their coming.
 */
import type { Append, Appended, OutgoingRecord } from '../../ports/log.ts';

/** Records a partition and request. */
export const PIECE_RECORDS_MAX = 1_000;
/** Well below the broker's default of 1,048,588, for what the batch's own header and framing take. */
export const PIECE_BYTES_MAX = 900_000;
/** A request; the broker's limit is 100 MiB, its time to answer is ours. */
export const REQUEST_BYTES_MAX = 8_000_000;
/** Framing, timestamp, offset and the lengths of key and value, at most. */
const RECORD_OVERHEAD_BYTES = 40;

/** One call of `append`: resolves when all its pieces are acknowledged. */
export interface Waiting {
  readonly appended: Appended[];
  piecesLeft: number;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: Error) => void;
}

export interface Piece {
  readonly waiting: Waiting;
  /** Which of the call's appends, and whether its offset is that of the append. */
  readonly index: number;
  readonly first: boolean;
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
}

export function piecesOf(appends: readonly Append[], waiting: Waiting): Piece[] {
  return appends.flatMap(({ topic, partition, records }, index) => {
    const pieces: Piece[] = [];
    for (let from = 0; from < records.length;) {
      const { to, bytes } = cut(records, from);
      pieces.push({ waiting, index, first: from === 0, topic, partition, records: records.slice(from, to), bytes });
      from = to;
    }
    return pieces;
  });
}

/** At least one record, however large: the broker says whether it takes it. */
function cut(records: readonly OutgoingRecord[], from: number): { to: number; bytes: number } {
  let bytes = sizeOf(records[from]!);
  let to = from + 1;
  for (; to < records.length && to - from < PIECE_RECORDS_MAX; to++) {
    const size = sizeOf(records[to]!);
    if (bytes + size > PIECE_BYTES_MAX) break;
    bytes += size;
  }
  return { to, bytes };
}

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
  for (const name in headers) bytes += 3 * (name.length + headers[name]!.length) + 10;
  return bytes;
}

/**
 * Takes the next request's pieces out of the queue.
 * @param merge false: those of one call only
 */
export function takeRequest(queue: Piece[], merge: boolean): Piece[] {
  const taken: Piece[] = [];
  const left: Piece[] = [];
  const loads = new Map<string, { records: number; bytes: number }>();
  const closed = new Set<string>();
  let bytes = 0;
  for (const piece of queue) {
    const place = `${piece.topic}/${piece.partition}`;
    const load = loads.get(place) ?? { records: 0, bytes: 0 };
    const fits = taken.length === 0 || !closed.has(place)
      && (merge || piece.waiting === taken[0]!.waiting)
      && bytes + piece.bytes <= REQUEST_BYTES_MAX
      && (load.records === 0 || load.records + piece.records.length <= PIECE_RECORDS_MAX && load.bytes + piece.bytes <= PIECE_BYTES_MAX);
    if (!fits) {
      closed.add(place); // Nothing of this partition may overtake what stays behind.
      left.push(piece);
      continue;
    }
    loads.set(place, { records: load.records + piece.records.length, bytes: load.bytes + piece.bytes });
    bytes += piece.bytes;
    taken.push(piece);
  }
  queue.splice(0, queue.length, ...left);
  return taken;
}
