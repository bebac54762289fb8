/** Closers that lack one of their mechanisms: what the controls are made of. Broken from outside, by what they are given. */
import type { Context } from '../../processors/context.ts';
import { FIRST } from './scenario.ts';

/** To whom a topic looks empty. */
export function blindTo(blind: string): (context: Context) => Context {
  return (context) => ({
    ...context,
    reader: {
      watermarks: async (topic) => (await context.reader.watermarks(topic)).map((marks) => (topic === blind ? { start: 0, high: 0 } : marks)),
      range: (...args) => context.reader.range(...args),
    },
  });
}

/** Takes any receipt for one of everything. */
export function believing(context: Context): Context {
  const receipt = Object.create(context.serdes.receipt) as Context['serdes']['receipt'];
  let reads = 0;
  // Of other rules each, for two that say different things of the same records are refused.
  receipt.decode = (value) => ({ ...context.serdes.receipt.decode(value), end: 1e9, rules: String(++reads) });
  receipt.prepare = (values) => context.serdes.receipt.prepare(values);
  return { ...context, serdes: { ...context.serdes, receipt } };
}

/** Does not read in receipts what they were judged under. */
export function forgetful(context: Context): Context {
  const receipt = Object.create(context.serdes.receipt) as Context['serdes']['receipt'];
  receipt.decode = (value) => ({ ...context.serdes.receipt.decode(value), terms: {} });
  receipt.prepare = (values) => context.serdes.receipt.prepare(values);
  return { ...context, serdes: { ...context.serdes, receipt } };
}

/** Reads the watermarks of the sources before it looks at the clock. */
export function hasty(context: Context): Context {
  let before = context.reader.watermarks('card-transactions');
  return {
    ...context,
    producer: {
      append: async (appends) => {
        if (appends.some(({ topic }) => topic === 'clock')) before = Promise.resolve(await context.reader.watermarks('card-transactions'));
        return context.producer.append(appends);
      },
    },
    reader: {
      watermarks: (topic) => (topic === 'card-transactions' ? before : context.reader.watermarks(topic)),
      range: (...args) => context.reader.range(...args),
    },
  };
}

/** Thinks that what was frozen once stays so. */
export function believingInFrost(context: Context): Context {
  const frozen = <T extends { readonly standing: { readonly frozen: number; readonly position: number } }>(answer: T): T =>
    ({ ...answer, standing: { ...answer.standing, frozen: FIRST.rank, position: 0 } });
  let marked = false;
  const citizens = Object.create(context.citizens) as Context['citizens'];
  citizens.sets = async (...args) => {
    const answer = await context.citizens.sets(...args);
    marked ||= answer.standing.frozen > 0;
    return marked ? frozen(answer) : answer;
  };
  citizens.page = async (...args) => frozen(await context.citizens.page(...args));
  citizens.counts = (shard) => context.citizens.counts(shard);
  citizens.claim = (...args) => context.citizens.claim(...args);
  return { ...context, citizens };
}
