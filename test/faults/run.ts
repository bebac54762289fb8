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

/** Resolves in the midst of work: records are waiting, some have just been handled, and so many altogether. */
export async function untilAtWork(system: System, handledMin = 0): Promise<void> {
  const deadlineMs = performance.now() + WORK_MS_MAX;
  for (let before = Infinity; ;) {
    const handled = await system.metric('tornaconto_records_total', { role: 'accrue' });
    const lag = await system.metric('tornaconto_lag_records');
    if (lag > 0 && handled > before && handled >= handledMin) return;
    before = handled;
    if (performance.now() > deadlineMs) throw new Error(`no work is seen within ${WORK_MS_MAX} ms`);
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
