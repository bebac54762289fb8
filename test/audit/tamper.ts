/** A log and a store that lie in one point: what verify is given instead of the true ones. */
import type { CitizenTotals, SetPage } from '../../ports/citizen-totals.ts';
import type { LogRecord } from '../../ports/log.ts';
import type { Context } from '../../processors/context.ts';
import type { TopicName } from '../../topology/names.ts';

/** The record as it is read, another in its place, or none. */
export type Edit = (record: LogRecord, partition: number) => LogRecord | null;

export function withLog(context: Context, topic: TopicName, edit: Edit): Context {
  return {
    ...context,
    reader: {
      watermarks: (name) => context.reader.watermarks(name),
      range: async function *range(name, partition, from, to) {
        for await (const records of context.reader.range(name, partition, from, to)) {
          yield name === topic ? records.flatMap((record) => edit(record, partition) ?? []) : records;
        }
      },
    },
  };
}

/** `change` sees the first set of the store that holds anything. */
export function withSet(context: Context, change: (set: Buffer) => Buffer): Context {
  let isDone = false;
  return withStore(context, {
    page: async (...args) => {
      const page = await context.citizens.page(...args);
      const citizens = page.citizens.map(({ citizenId, set }): SetPage['citizens'][number] => {
        if (isDone || set.length === 0) return { citizenId, set };
        isDone = true;
        return { citizenId, set: change(Buffer.from(set)) };
      });
      return { ...page, citizens };
    },
  });
}

export function withStore(context: Context, methods: Partial<CitizenTotals>): Context {
  const citizens = new Proxy(context.citizens, {
    get: (target, name) => (Reflect.get(methods, name) as unknown) ?? (Reflect.get(target, name) as unknown),
  });
  return { ...context, citizens };
}
