/**
 * Files to a topic: each good line once, however often the command is killed and run again.
 *
 *   survey (which lines are good) ──► read back (which of them are on the topic) ──► send the rest, in order
 *
 * The truth is the topic. Two publishers of one file at the same moment do not see each other; what they send twice is
 * removed downstream, by a transaction's identity or as an enrolment that changes nothing (contract, section 2).
 */
import type { LogReader, OutgoingRecord, Producer } from '../ports/log.ts';
import type { CardEnrolment, CardTransaction } from '../schemas/generated/types.ts';
import { partitionOf } from '../topology/partition-of.ts';
import { linesInOrder, type FeedLine, type GoodLine, type Timing } from './feed.ts';
import { FileState } from './file-state.ts';
import { boundOf, readBackSince } from './read-back.ts';
import { retrying, type Retrying } from './retry.ts';
import { Chunk, Sender } from './sender.ts';
import { sourceOf, SOURCE_HEADER } from './source-header.ts';
import type { Survey } from './survey.ts';

export interface PublishOptions extends Retrying {
  /** Of one kind. */
  readonly surveys: readonly Survey[];
  readonly timing: Timing;
  readonly producer: Producer;
  readonly reader: LogReader;
  /** Name on the brokers, and how many partitions it has. */
  readonly topic: string;
  readonly partitions: number;
  readonly offsetsAt: (timeMs: number) => Promise<readonly number[]>;
  readonly encode: (record: CardTransaction | CardEnrolment) => Buffer;
  /** Asked between requests. */
  readonly isStopped: () => boolean;
  readonly onProgress: (step: 'reading back' | 'sending', records: number, total: number) => void;
  /** For tests; else as the sender has it. */
  readonly chunkRecordsMax?: number;
}

/**
 * The files' states in the order of the surveys; incomplete when it was stopped.
 *
 * @throws LogError, FeedError; what was sent until then is there
 */
export async function publish(options: PublishOptions): Promise<readonly FileState[]> {
  const { surveys, timing } = options;
  const states = FileState.of(surveys);
  const boundMs = boundOf(surveys, timing);
  if (boundMs === null) return states;
  const known = await readBack(states, boundMs, options);
  const open = states.filter(({ isTwin, missing }) => !isTwin && missing.size > 0);
  if (open.length > 0 && !options.isStopped()) await send(open, known, options);
  return states;
}

async function readBack(states: readonly FileState[], boundMs: number, options: PublishOptions): Promise<readonly number[]> {
  const first = new Map(states.filter(({ isTwin }) => !isTwin).map((state) => [state.survey.digest, state]));
  const known = await retrying(options, () => readBackSince(boundMs, {
    ...options,
    onProgress: (records, total) => { options.onProgress('reading back', records, total); },
  }, ({ digest, line }) => { first.get(digest)?.missing.delete(line); }));
  for (const state of first.values()) state.noteReadBack();
  return known;
}

async function send(states: readonly FileState[], known: readonly number[], options: PublishOptions): Promise<void> {
  const sender = new Sender({ ...options, known });
  const total = states.reduce((sum, { missing }) => sum + missing.size, 0);
  let done = 0;
  const newChunk = (): Chunk<FileState> => new Chunk(options.partitions, options.chunkRecordsMax);
  let chunk = newChunk();
  let underWay: Promise<void> = Promise.resolve();
  /** The next chunk is made while this one travels. */
  const dispatch = async (): Promise<void> => {
    await underWay;
    const full = chunk;
    chunk = newChunk();
    underWay = sender.send(full).then(() => {
      for (const [state, count] of full.counts) state.noteSent(count);
      options.onProgress('sending', done += full.count, total);
    });
    // It is awaited before the next one: until then a rejection is not unhandled.
    underWay.catch(() => undefined);
  };
  for await (const lines of linesInOrder(states.map(({ survey }) => survey.file), options.timing)) {
    for (const line of lines) {
      const state = states[line.source]!;
      if (!isDue(line, state)) continue;
      chunk.add(state, partitionOf(line.record.hashPan, options.partitions), toRecord(line, state, options));
      if (chunk.isFull) await dispatch();
    }
    if (options.isStopped()) break;
  }
  if (chunk.count > 0) await dispatch();
  await underWay;
}

/** A good line that is not on the topic; from now on it counts as taken. */
function isDue(line: FeedLine, { missing }: FileState): line is GoodLine {
  return line.record !== null && missing.delete(line.line);
}

function toRecord({ record, line, timeMs }: GoodLine, { survey }: FileState, { timing, encode }: PublishOptions): OutgoingRecord {
  return {
    key: record.hashPan,
    value: encode(record),
    ...(timing.arrival === 'producer' ? { timestampMs: timeMs } : {}),
    headers: { [SOURCE_HEADER]: sourceOf(survey.digest, line) },
  };
}
