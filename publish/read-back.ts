/**
 * What of the files is on the topic already, by the records' header `source`.
 *
 * How far back to read. A line's record can be on the topic only at or after
 *
 * - ARRIVAL=producer: its arrival, for that is its timestamp;
 * - ARRIVAL=broker: ten minutes before its own time. One that the broker took earlier was refused as `future` (contract,
 *   section 2) and left no trace, so sending it again repeats nothing.
 *
 * So the earliest line of a file bounds its records, and the broker's index of times says where that is in each
 * partition: no local state, no assumption on who has sent them, in what order, or how many partitions there were.
 */
import type { LogReader, Watermarks } from '../ports/log.ts';
import { FUTURE_TOLERANCE_MS } from '../programme/outcome.ts';
import type { Timing } from './feed.ts';
import { parseSource, SOURCE_HEADER } from './source-header.ts';
import type { Survey } from './survey.ts';

export interface Found {
  readonly digest: string;
  readonly line: number;
}

export interface ReadBack {
  readonly reader: LogReader;
  readonly topic: string;
  /** Each partition's first offset of a record at or after a time. */
  readonly offsetsAt: (timeMs: number) => Promise<readonly number[]>;
  /** Asked between batches: whether to end before all is read. */
  readonly isStopped: () => boolean;
  /** Records read so far, and in all. */
  readonly onProgress: (read: number, total: number) => void;
}

/** Before this none of the files' records can be on the topic; null: they have none. */
export function boundOf(surveys: readonly Survey[], { arrival }: Timing): number | null {
  const earliest = surveys.flatMap(({ earliestMs }) => earliestMs ?? []);
  if (earliest.length === 0) return null;
  const earliestMs = earliest.reduce((a, b) => Math.min(a, b));
  return Math.max(0, arrival === 'producer' ? earliestMs : earliestMs - FUTURE_TOLERANCE_MS);
}

/**
 * @param found called for every record with a header of our form
 * @returns the offsets up to which each partition was read
 * @throws LogError
 */
export async function readBackSince(
  sinceMs: number, { reader, topic, offsetsAt, ...rest }: ReadBack, found: (found: Found) => void,
): Promise<readonly number[]> {
  const starts = await offsetsAt(sinceMs);
  return readBackFrom(starts, { reader, topic, ...rest }, found);
}

/** The same from given offsets; a partition that has none is read from its start. */
export async function readBackFrom(
  starts: readonly number[], { reader, topic, isStopped, onProgress }: Omit<ReadBack, 'offsetsAt'>, found: (found: Found) => void,
): Promise<readonly number[]> {
  const marks = await reader.watermarks(topic);
  // Records may expire between the two questions; partitions may be added.
  const ranges = marks.map((mark, partition) => ({ partition, from: fromOf(mark, starts[partition] ?? 0), to: mark.high }));
  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  let read = 0;
  await Promise.all(ranges.map(async ({ partition, from, to }) => {
    for await (const records of reader.range(topic, partition, from, to)) {
      for (const { headers } of records) {
        const source = headers?.[SOURCE_HEADER];
        const parsed = source === undefined ? null : parseSource(source);
        if (parsed !== null) found(parsed);
      }
      read += records.length;
      onProgress(read, total);
      if (isStopped()) return;
    }
  }));
  return ranges.map(({ to }) => to);
}

function fromOf({ start, high }: Watermarks, from: number): number {
  return Math.min(Math.max(start, from), high);
}
