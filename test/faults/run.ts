/**
 * One run of one fault: an installation of its own with 100,000 transactions, and moments to strike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDataSet, type DataSet } from '../e2e/data-set.ts';
import { System, type Servers } from '../e2e/system.ts';

const SIZE = { seed: 20210630, citizens: 5_000, payments: 100_000 };
/** The shortest that brokers allow by default: a process that died is missed after this. */
const SESSION = { KAFKA_SESSION_TIMEOUT: 'PT6S' };
const WORK_MS_MAX = 120_000;
const PUBLISH_ATTEMPTS_MAX = 5;
const POLL_MS = 20;

let dataSet: Promise<DataSet> | undefined;

/** The data set is made once a file; what `work` starts in the system is stopped. */
export async function withSystem(servers: Servers, work: (system: System, dataSet: DataSet) => Promise<void>): Promise<void> {
  dataSet ??= makeDataSet(SIZE);
  const data = await dataSet;
  const system = new System(servers, data, SESSION);
  try {
    await system.makeTopics();
    await work(system, data);
  } finally {
    await system.stop();
  }
}

/** What the processes that run have folded, by their own count. */
export async function handledBy(system: System): Promise<number> {
  return system.metric('tornaconto_records_total', { role: 'accrue' });
}

/** Resolves in the midst of work: as soon as so many have been folded, of more. */
export async function untilAtWork(system: System, handledMin: number): Promise<void> {
  const deadlineMs = performance.now() + WORK_MS_MAX;
  for (;;) {
    const handled = await handledBy(system);
    if (handled >= handledMin) return;
    if (performance.now() > deadlineMs) {
      const states = await Promise.all(system.processors.map(async (processor) => JSON.stringify(await processor.readiness())));
      throw new Error([`${handled} of ${handledMin} within ${WORK_MS_MAX} ms`, ...await system.unfolded(), ...states].join('\n'));
    }
    await sleep(POLL_MS);
  }
}

/** Publishes piece by piece, in order, all the while; a publisher that gives up in an outage is run again. */
export async function publishing(system: System, slices: readonly (readonly string[])[], pauseMs = 0): Promise<void> {
  for (const slice of slices) {
    for (let left = PUBLISH_ATTEMPTS_MAX; ; left--) {
      try {
        await system.publish('transactions', slice);
        break;
      } catch (error) {
        if (left === 1) throw error;
      }
    }
    await sleep(pauseMs);
  }
}


/** What a fault has cost, beside the test's name: no assertion, since it is never twice the same. */
export function tell(fault: string, figures: object): void {
  console.log(`${fault}: ${JSON.stringify(figures)}`);
}
