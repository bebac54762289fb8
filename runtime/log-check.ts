/**
 * Whether a partition is still the one that was folded: it reaches from the position on, and the last record folded is
 * the one it was. Truncated, regrown or recreated, it is another.
 */
import { LogError } from '../ports/log.ts';
import type { LogReader, Watermarks } from '../ports/log.ts';
import type { Standing } from '../ports/store.ts';
import { fingerprintOf } from '../processors/fingerprint.ts';
import { ProcessingError } from '../processors/processor.ts';

/** Resolves with the high watermark. @throws ProcessingError other-log; LogError */
export async function checkLog(
  reader: LogReader, topic: string, partition: number, { position, fingerprint }: Standing,
): Promise<number> {
  const where = `${topic}/${partition}`;
  const marks = (await watermarks(reader, topic))[partition];
  if (marks === undefined) throw new ProcessingError('other-log', `${where}: there is no such partition any more`);
  const { start, high } = marks;
  if (start > position) {
    throw new ProcessingError('other-log', `${where}: folded up to ${position}, but the log starts at ${start}: records are lost`);
  }
  if (high < position) {
    throw new ProcessingError('other-log', `${where}: folded up to ${position}, but the log ends at ${high}: it was truncated or made anew`);
  }
  // The record before the position may have expired: then the next one is there, and no more can be said.
  if (position === 0 || start === position) return high;
  for await (const records of reader.range(topic, partition, position - 1, position)) {
    const last = records.at(-1);
    if (last?.offset === position - 1 && fingerprint?.equals(fingerprintOf(last)) === true) return high;
  }
  throw new ProcessingError('other-log', `${where}: record ${position - 1} is not the one that was folded: the topic was made anew`);
}

/** A topic that is away may come back, as it was or made anew: then the rest of the check tells. */
async function watermarks(reader: LogReader, topic: string): Promise<readonly Watermarks[]> {
  return reader.watermarks(topic).catch((error: unknown) => {
    if (!(error instanceof LogError) || error.code !== 'no-such-partition') throw error;
    throw new LogError('unavailable', error.message, { cause: error });
  });
}
