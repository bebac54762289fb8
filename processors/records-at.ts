/**
 * Card transactions read back from where they stand, for what is said of them beside their position.
 */
import { LogError, type LogRecord } from '../ports/log.ts';
import type { Context } from './context.ts';

export interface Position {
  readonly sourcePartition: number;
  readonly sourceOffset: number;
}

/**
 * A fetch brings about so many records anyway: what is no farther apart is read in one go. The conflicts of one step
 * stand within one batch of the qualifier's, so a few reads are enough for however many there are.
 */
const APART_MAX = 4096;

/**
 * The record at each position, or null where it is not retained, or may not be read.
 * @throws LogError when the brokers cannot be reached: later it may be found
 */
export async function recordsAt({ reader, topic }: Pick<Context, 'reader' | 'topic'>, positions: readonly Position[]): Promise<(LogRecord | null)[]> {
  const found = new Map<string, LogRecord>();
  if (positions.length > 0) {
    await unlessLost(async () => {
      const marks = await reader.watermarks(topic('card-transactions'));
      for (const [partition, ofPartition] of Map.groupBy(positions, ({ sourcePartition }) => sourcePartition)) {
        const { start, high } = marks[partition] ?? { start: 0, high: 0 };
        const retained = ofPartition.map(({ sourceOffset }) => sourceOffset).filter((offset) => offset >= start && offset < high);
        for (const offsets of runsOf(retained)) await unlessLost(() => read(partition, offsets));
      }
    });
  }
  return positions.map(({ sourcePartition, sourceOffset }) => found.get(`${sourcePartition}/${sourceOffset}`) ?? null);

  async function read(partition: number, offsets: readonly number[]): Promise<void> {
    const wanted = new Set(offsets);
    for await (const records of reader.range(topic('card-transactions'), partition, offsets[0]!, offsets.at(-1)! + 1)) {
      for (const record of records) if (wanted.has(record.offset)) found.set(`${partition}/${record.offset}`, record);
    }
  }
}

/** In order, and in groups to be read in one go. */
function runsOf(offsets: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && offset - run.at(-1)! <= APART_MAX) run.push(offset);
    else runs.push([offset]);
  }
  return runs;
}

/** Deleted while it was read, or not ours to read: that must not hold up the money. */
async function unlessLost(reading: () => Promise<void>): Promise<void> {
  try {
    await reading();
  } catch (error) {
    if (!(error instanceof LogError) || error.remedy === 'retry') throw error;
  }
}
