/**
 * A running processor: the roles it was given, their tasks, the close, health and metrics; from start to drained stop.
 */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Context } from '../processors/context.ts';
import { agreeWithReceipts } from '../processors/receipts.ts';
import { makeProcessor, type PartitionRole } from '../runtime/processors.ts';
import { Worker } from '../runtime/worker.ts';
import type { Role } from '../topology/names.ts';
import { Closer } from './closer.ts';
import type { Readiness } from './http.ts';
import type { RoleStatuses } from './metrics.ts';

/** How often tasks are punctuated: a rollback is noticed, and a total is published, within about this. */
const PUNCTUATE_MS = 1_000;
/** A task that is claimed but does nothing of what is to be done is not ready after this. */
const STALLED_MS = 10_000;
/** Work that is not finished by then is abandoned: it is folded again. */
const DRAIN_MS = 8_000;

export interface Fault {
  readonly role: Role;
  readonly topic?: string;
  readonly partition?: number | null;
  readonly error: Error;
  readonly remedy: 'retry' | 'stop';
}

export interface ServiceDeps {
  readonly roles: readonly Role[];
  readonly clock: Clock;
  readonly prefix: string;
  /** Each role has a log of its own: one slow producer does not hold up the others. */
  readonly context: (role: Role) => { readonly context: Context; readonly log: Log };
  readonly onFault: (fault: Fault) => void;
  /** A subscription has ended by itself: the process cannot go on. */
  readonly onCrash: (error: Error) => void;
}

interface RoleWorker {
  readonly role: PartitionRole;
  readonly group: string;
  readonly worker: Worker;
}

export class ProcessorService {
  readonly #deps: ServiceDeps;
  readonly #workers: RoleWorker[] = [];
  #closer: Closer | null = null;
  #started = false;

  constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  /** @throws ProcessingError other-rules, when payments were judged under another programme file */
  async start(): Promise<void> {
    const { roles } = this.#deps;
    // A role that reads receipts anyway: its reader has joined then.
    const { context } = this.#deps.context(roles.find((role) => role === 'qualify') ?? roles[0]!);
    await agreeWithReceipts(context);
    for (const role of roles) {
      if (role === 'close') continue;
      this.#workers.push(this.#workerOf(role));
    }
    await Promise.all(this.#workers.map(({ worker }) => worker.start()));
    if (roles.includes('close')) {
      const { context } = this.#deps.context('close');
      this.#closer = new Closer(context, this.#deps.clock, (error, remedy) => { this.#deps.onFault({ role: 'close', error, remedy }); });
      // With ARRIVAL=producer no clock decides: `tornaconto close` does.
      if (context.arrival === 'broker') this.#closer.start();
    }
    this.#started = true;
  }

  statuses(): readonly RoleStatuses[] {
    return this.#workers.map(({ role, group, worker }) => ({ role, group, isMember: worker.isMember, tasks: worker.statuses() }));
  }

  /** Ready: each role is in its group, and every task that it was given works. What waits or has stopped says for what. */
  readiness(): Readiness {
    if (!this.#started) return { ready: false, waitingFor: ['starting'] };
    const waitingFor = this.statuses().flatMap(({ role, isMember, tasks }) => {
      if (!isMember) return [`${role}: not a member of its group (Kafka is away, or the group rebalances)`];
      return tasks.flatMap((task) => {
        const stalledMs = task.stalledSinceMs === null ? 0 : this.#deps.clock.nowMs() - task.stalledSinceMs;
        if (task.state === 'RUNNING' && stalledMs < STALLED_MS) return [];
        const reason = task.state === 'RUNNING' ? `has done nothing for ${Math.round(stalledMs / 1000)} s` : task.reason;
        return `${role} ${task.topic}/${task.partition}: ${task.state}${reason === null ? '' : ` (${reason})`}`;
      });
    });
    const fault = this.#closer?.fault;
    if (fault) waitingFor.push(`close: ${fault.remedy === 'stop' ? 'STOPPED' : 'trying again'} (${fault.message})`);
    return { ready: waitingFor.length === 0, waitingFor };
  }

  /** Finishes what is under way; after 8 s gives it up. Says whether all was finished. */
  async stop(): Promise<boolean> {
    const stopped = Promise.all([...this.#workers.map(({ worker }) => worker.stop()), this.#closer?.stop()]);
    let cancel = (): void => undefined;
    const givenUp = new Promise<'given-up'>((resolve) => { cancel = this.#deps.clock.after(DRAIN_MS, () => { resolve('given-up'); }); });
    const outcome = await Promise.race([stopped.then(() => 'stopped' as const), givenUp]);
    cancel();
    return outcome === 'stopped';
  }

  #workerOf(role: PartitionRole): RoleWorker {
    const { clock, prefix, onFault, onCrash } = this.#deps;
    const { context, log } = this.#deps.context(role);
    const processor = makeProcessor(role, context);
    const group = `${prefix}tornaconto-${role}`;
    const source = log.subscribe(context.topic(processor.source), group);
    return {
      role,
      group,
      worker: new Worker({
        processor, source, clock, onCrash,
        reader: log.reader,
        brokerTime: processor.source === 'citizen-ledger' || context.arrival === 'broker',
        punctuateMs: PUNCTUATE_MS,
        onFault: (fault) => { onFault({ role, topic: source.topic, ...fault }); },
      }),
    };
  }
}
