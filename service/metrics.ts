/**
 * Metrics in Prometheus' format, and the telemetry that the processors see.
 *
 * Names: contract, section 6, and OpenTelemetry's messaging conventions where these have one. Never a citizen label.
 */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Telemetry } from '../processors/processor.ts';
import type { TaskStatus } from '../runtime/task-status.ts';
import type { Role } from '../topology/names.ts';

/** Acquirer codes come from records: no more labels than there can be acquirers. */
const ACQUIRERS_MAX = 1_000;

export interface RoleStatuses {
  readonly role: Role;
  readonly group: string;
  /** Otherwise the tasks are those that it had, as they were last. */
  readonly isMember: boolean;
  readonly tasks: readonly TaskStatus[];
}

export class Metrics implements Telemetry {
  readonly registry = new Registry();
  readonly #nowMs: () => number;
  readonly #onAlarm: (role: Role, what: string, where: { partition: number; offset?: number }) => void;
  readonly #records: Counter<'role' | 'outcome'>;
  readonly #alarms: Counter<'role' | 'what'>;
  readonly #newest = new Map<string, number>();

  constructor(
    version: string, statuses: () => readonly RoleStatuses[], nowMs: () => number,
    onAlarm: (role: Role, what: string, where: { partition: number; offset?: number }) => void,
  ) {
    this.#nowMs = nowMs;
    this.#onAlarm = onAlarm;
    const registers = [this.registry];
    this.#records = new Counter({
      name: 'tornaconto_records_total', help: 'Records by what became of them.', labelNames: ['role', 'outcome'], registers,
    });
    this.#alarms = new Counter({
      name: 'tornaconto_alarms_total', help: 'What the protocol excludes, and was handled: somebody should look.',
      labelNames: ['role', 'what'], registers,
    });
    new Gauge({
      name: 'tornaconto_build_info', help: 'The version that runs.', labelNames: ['version'], registers,
    }).set({ version }, 1);
    this.#gaugeOfTasks('tornaconto_lag_records', 'Records not yet handled.', statuses,
      ({ highWatermark, position }) => (highWatermark === null ? null : highWatermark - position));
    this.#gaugeOfTasks('tornaconto_task_running', '1 = the task works; 0 = it claims, waits or has stopped.', statuses,
      (task) => (task.state === 'RUNNING' ? 1 : 0));
    this.#lagSeconds(statuses);
    this.#freshness();
    collectDefaultMetrics({ register: this.registry });
  }

  count(role: Role, outcome: string, records: number): void {
    if (records > 0) this.#records.inc({ role, outcome }, records);
  }

  alarm(role: Role, what: string, where: { partition: number; offset?: number }): void {
    this.#alarms.inc({ role, what });
    this.#onAlarm(role, what, where);
  }

  arrived(acquirer: string, arrivalMs: number): void {
    const newestMs = this.#newest.get(acquirer);
    if (newestMs === undefined && this.#newest.size >= ACQUIRERS_MAX) return;
    if (newestMs === undefined || arrivalMs > newestMs) this.#newest.set(acquirer, arrivalMs);
  }

  #gaugeOfTasks(name: string, help: string, statuses: () => readonly RoleStatuses[], value: (task: TaskStatus) => number | null): void {
    new Gauge({
      name, help, labelNames: ['role', 'topic', 'partition'], registers: [this.registry],
      collect() {
        this.reset();
        for (const { role, tasks } of statuses()) {
          for (const task of tasks) {
            const known = value(task);
            if (known !== null) this.set({ role, topic: task.topic, partition: task.partition }, known);
          }
        }
      },
    });
  }

  #lagSeconds(statuses: () => readonly RoleStatuses[]): void {
    const nowMs = this.#nowMs;
    new Gauge({
      name: 'tornaconto_lag_seconds', help: 'Time since all was handled: age of the record where a task stands, or how long one has not run. Absent = not known.',
      labelNames: ['role'], registers: [this.registry],
      collect() {
        this.reset();
        for (const { role, isMember, tasks } of statuses()) {
          if (!isMember && tasks.length === 0) continue;
          const sinceMs = tasks.reduce((oldest, task) => Math.min(oldest, lagSinceMs(task)), Infinity);
          this.set({ role }, Math.max(0, (nowMs() - sinceMs) / 1000));
        }
      },
    });
  }

  #freshness(): void {
    const newest = this.#newest;
    const nowMs = this.#nowMs;
    new Gauge({
      name: 'tornaconto_acquirer_freshness_seconds', help: 'Time since the newest record of the acquirer arrived.',
      labelNames: ['acquirer'], registers: [this.registry],
      collect() {
        for (const [acquirer, arrivalMs] of newest) this.set({ acquirer }, Math.max(0, (nowMs() - arrivalMs) / 1000));
      },
    });
  }
}

/** From when on records may have been waiting, ms since the epoch; Infinity = none does. */
function lagSinceMs({ position, highWatermark, timestampMs, stalledSinceMs }: TaskStatus): number {
  const isBehind = highWatermark !== null && highWatermark > position;
  return Math.min((isBehind ? timestampMs : null) ?? Infinity, stalledSinceMs ?? Infinity);
}
