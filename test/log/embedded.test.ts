/** The log in memory passes the suite, driven in an order that a seed chooses. */
import { describe } from 'vitest';
import { EmbeddedLog } from '../../log/embedded/embedded-log.ts';
import type { EmbeddedSource } from '../../log/embedded/embedded-source.ts';
import { SystemClock } from '../../runtime/system-clock.ts';
import { logConformance } from './conformance.ts';
import type { Harness } from './harness.ts';

const SEED = Number(process.env.SEED ?? 1);

describe(`log in memory (SEED=${SEED})`, () => {
  logConformance(async () => openEmbedded());
});

function openEmbedded(): Harness {
  const log = new EmbeddedLog({ clock: new SystemClock(), batchRecordsMax: 20 });
  const random = randomFrom(SEED);
  let topics = 0;
  return {
    log,
    topic: async (options) => {
      const name = `topic-${topics++}`;
      log.createTopic(name, options);
      return name;
    },
    deleteRecords: async (topic, partition, before) => log.deleteRecords(topic, partition, before),
    recreate: async (topic, options) => {
      log.deleteTopic(topic);
      log.createTopic(topic, options);
    },
    expel: async (source) => (source as EmbeddedSource).expel(),
    committed: async (topic, group, partition) => log.committed(topic, group, partition),
    // A batch that its test holds back must not hold back the others.
    step: () => Promise.race([log.poll((n) => Math.floor(random() * n)), new Promise(setImmediate)]).then(() => undefined),
    close: async () => undefined,
  };
}

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
