/**
 * The reading of a file before any of it is sent: how many lines, which are refused, and since when it can exist.
 */
import type { InspectedFile } from '../feeds/inspection.ts';
import type { Refusal, RefusedLine, Timing } from './feed.ts';
import { linesOf } from './feed.ts';
import { LineSet } from './line-set.ts';

export interface Survey {
  readonly file: InspectedFile;
  /** SHA-256 of the unpacked content, lower-case hex. */
  readonly digest: string;
  /** Lines that should be records. */
  readonly lines: number;
  readonly good: number;
  /** Their numbers, as they stand in the file. Whoever sends a line takes it out. */
  readonly goodLines: LineSet;
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
  /** The earliest `timeMs` of a good line; null when there is none. */
  readonly earliestMs: number | null;
}

/**
 * Yields the refused lines, in order; the survey is what it returns.
 *
 * @param onLines how many lines were read since the last call
 * @throws FeedError
 */
export async function* survey(
  file: InspectedFile, timing: Timing, onLines: (lines: number) => void,
): AsyncGenerator<RefusedLine, Survey> {
  let lines = 0;
  let earliestMs = Infinity;
  const goodLines = new LineSet();
  const refused: Partial<Record<Refusal, number>> = {};
  for await (const batch of linesOf(file, 0, timing)) {
    for (const line of batch) {
      if (line.record !== null) {
        earliestMs = Math.min(earliestMs, line.timeMs);
        goodLines.add(line.line);
        continue;
      }
      refused[line.reason] = (refused[line.reason] ?? 0) + 1;
      yield line;
    }
    lines += batch.length;
    onLines(batch.length);
  }
  const good = goodLines.size;
  return { file, digest: file.sha256!, lines, good, goodLines, refused, earliestMs: good === 0 ? null : earliestMs };
}
