/**
 * All decoded values of a topic as it is now, partition by partition. For topics of our own: what cannot be decoded
 * there is a fault.
 */
import type { LogRecord } from '../ports/log.ts';
import type { Serde } from '../schemas/serde.ts';
import type { TopicName } from '../topology/names.ts';
import type { Context } from './context.ts';

export interface TopicValue<T> {
  readonly value: T;
  readonly record: LogRecord;
}

export async function* topicValues<T>(
  { reader, topic }: Pick<Context, 'reader' | 'topic'>, name: TopicName, serde: Serde<T>,
): AsyncIterable<TopicValue<T>> {
  for (const partition of (await reader.watermarks(topic(name))).keys()) {
    yield* partitionValues({ reader, topic }, name, partition, serde);
  }
}

/** The same of one partition. */
export async function* partitionValues<T>(
  { reader, topic }: Pick<Context, 'reader' | 'topic'>, name: TopicName, partition: number, serde: Serde<T>,
): AsyncIterable<TopicValue<T>> {
  const { start, high } = (await reader.watermarks(topic(name)))[partition]!;
  for await (const records of reader.range(topic(name), partition, start, high)) {
    await serde.prepare(records.map((record) => record.value));
    for (const record of records) yield { value: serde.decode(record.value), record };
  }
}
