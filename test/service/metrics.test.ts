/** What the metrics say when tasks do not run: an alert must fire, and nobody be shown a lag of 0 that nobody knows. */
import { describe, expect, test } from 'vitest';
import type { TaskStatus } from '../../runtime/task-status.ts';
import { Metrics, type RoleStatuses } from '../../service/metrics.ts';

const NOW_MS = 1_000_000;
const TASK: TaskStatus = {
  topic: 't', partition: 3, state: 'RUNNING', position: 7, highWatermark: 7, timestampMs: NOW_MS - 60_000, stalledSinceMs: null, reason: null,
};

describe('lag', () => {
  test('control: none, where all is handled', async () => {
    expect(await lagOf({ tasks: [TASK] })).toEqual({ records: 0, seconds: 0, running: 1 });
  });

  test('is the age of the record where a task stands that has others before it', async () => {
    expect(await lagOf({ tasks: [{ ...TASK, highWatermark: 9 }, TASK] })).toMatchObject({ seconds: 60 });
  });

  test('grows while a task waits for another role, from the record that waits', async () => {
    const waiting = { ...TASK, state: 'WAITING', highWatermark: 9, stalledSinceMs: NOW_MS - 10_000 } as const;
    expect(await lagOf({ tasks: [waiting] })).toEqual({ records: 2, seconds: 60, running: 0 });
  });

  test('grows while Kafka is away: from then on nobody knows what has come', async () => {
    const closed = { ...TASK, state: 'CLOSED', stalledSinceMs: NOW_MS - 10_000 } as const;
    expect(await lagOf({ isMember: false, tasks: [closed] })).toEqual({ records: 0, seconds: 10, running: 0 });
  });

  test('of a task that has not found out where the log ends is not told in records', async () => {
    const claiming = { ...TASK, state: 'CLAIMING', position: 0, highWatermark: null, timestampMs: null, stalledSinceMs: NOW_MS - 5000 } as const;
    expect(await lagOf({ tasks: [claiming] })).toEqual({ records: undefined, seconds: 5, running: 0 });
  });

  test('of a role without a partition is 0 in its group, and unknown outside', async () => {
    expect(await lagOf({ tasks: [] })).toMatchObject({ seconds: 0 });
    expect(await lagOf({ isMember: false, tasks: [] })).toMatchObject({ seconds: undefined });
  });
});

async function lagOf(status: Partial<RoleStatuses>) {
  const statuses = [{ role: 'qualify', group: 'g', isMember: true, tasks: [], ...status }] as const;
  const { registry } = new Metrics('0', () => statuses, () => NOW_MS, () => undefined);
  const valueOf = async (name: string) => (await registry.getSingleMetric(`tornaconto_${name}`)!.get()).values[0]?.value;
  return { records: await valueOf('lag_records'), seconds: await valueOf('lag_seconds'), running: await valueOf('task_running') };
}
