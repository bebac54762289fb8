/**
 * Three projects: `unit` needs nothing and runs in parallel; `integration` talks to a real Kafka, Redis and registry,
 * which test/stack/global-setup.ts starts once (or finds) for all of its files; so does `faults`, which kills, empties
 * and rolls back servers for a quarter of an hour, and runs when it is asked for (`npm run test:faults`).
 */
import { defineConfig } from 'vitest/config';

const INTEGRATION = 'test/**/*.integration.test.ts';
const FAULTS = 'test/faults/**/*.faults.test.ts';

export default defineConfig({
  test: {
    // .ci/run adds up what the runs report.
    reporters: process.env.TORNACONTO_TEST_REPORT === undefined
      ? ['default']
      : ['default', ['json', { outputFile: process.env.TORNACONTO_TEST_REPORT }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [INTEGRATION, FAULTS],
          // A property runs hundreds of cases, on a machine that others use too: a slow test is no wrong one.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: [INTEGRATION],
          globalSetup: 'test/stack/global-setup.ts',
          // One stack for all: files one after the other, so that a fault one injects is not another's surprise.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // After the unit tests, so that the two do not fight for the machine.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'faults',
          include: [FAULTS],
          globalSetup: 'test/stack/global-setup.ts',
          fileParallelism: false,
          // Each case bounds its own waits well below this.
          testTimeout: 300_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
