/**
 * One member's subscription to a topic in memory, driven by `EmbeddedLog.poll`. Its faults are those of a real member:
 * it can be taken for dead while a batch is under way (a zombie), and it can die without a word.
 *
 *       start            expel (taken for dead)
 *   idle ────► joined ───────────────────────────► expelled
 *                 ▲                                   │ the next time it is polled: revoked, then joined again
 *                 └───────────────────────────────────┘
 *   stop: any ────► stopping ────► over, when the batches under way have ended: it leaves the group
 *   kill, or a fault in the listener: any ────► over, at once
 */
import { LogError } from '../../ports/log.ts';
import type { Batch, LogRecord, Source, SourceListener } from '../../ports/log.ts';
import type { Group, GroupMember } from './group.ts';
import type { PartitionLog } from './partition-log.ts';

/** The topic as its subscribers see it. */
export interface SubscribedTopic {
  readonly name: string;
  readonly brokerTime: boolean;
  readonly partitions: readonly PartitionLog[];
}

type State = 'idle' | 'joined' | 'expelled' | 'stopping' | 'over';

/** Made anew with every assignment, so that an answer or call of an earlier one changes nothing. */
interface Assigned {
  readonly partition: number;
  /** The next offset to fetch. */
  position: number;
  paused: boolean;
  /** Counts `resumeAt` and `pause`: one that was called while a batch was under way outweighs the batch's answer. */
  moves: number;
}

export class EmbeddedSource implements Source, GroupMember {
  readonly topic: string;
  readonly group: string;
  readonly #log: SubscribedTopic;
  readonly #members: Group;
  readonly #batchRecordsMax: number;
  /** Tells the log who is there to be polled. */
  readonly #enrol: (source: EmbeddedSource, present: boolean) => void;
  #state: State = 'idle';
  #listener: SourceListener | undefined;
  #assigned: Assigned[] = [];
  /** As it knows itself: also while others have all the partitions, or when it has been expelled and has not heard. */
  #isMember = false;
  /** The batches under way, by partition. */
  readonly #underWay = new Map<number, Promise<void>>();

  constructor(log: SubscribedTopic, group: string, members: Group, batchRecordsMax: number,
    enrol: (source: EmbeddedSource, present: boolean) => void) {
    this.topic = log.name;
    this.group = group;
    this.#log = log;
    this.#members = members;
    this.#batchRecordsMax = batchRecordsMax;
    this.#enrol = enrol;
  }

  async start(listener: SourceListener): Promise<void> {
    if (this.#state !== 'idle') throw new Error(`the subscription to ${this.topic} was started before`);
    this.#listener = listener;
    this.#state = 'joined';
    this.#enrol(this, true);
    this.#members.join(this);
  }

  pause(partition: number): void {
    const assigned = this.#find(partition);
    if (assigned !== undefined) assigned.paused = true;
  }

  resumeAt(partition: number, offset: number): void {
    const assigned = this.#find(partition);
    if (assigned === undefined) return;
    assigned.position = offset;
    assigned.paused = false;
    assigned.moves++;
  }

  async commit(partition: number, offset: number): Promise<void> {
    if (this.#state === 'joined') this.#members.committed.set(partition, offset);
  }

  /** Its listener hears nothing more. */
  async stop(): Promise<void> {
    if (this.#state !== 'over') this.#state = 'stopping';
    this.#forget();
    await Promise.all(this.#underWay.values());
    this.kill();
  }

  /** The process dies: it hears nothing more, and what its listener answers is lost. Its partitions go to others. */
  kill(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#forget();
    this.#enrol(this, false);
    this.#members.leave(this);
  }

  /**
   * The group takes the member for dead and gives its partitions to the others. It does not know yet: a batch under way
   * goes on, and it is revoked only when it is polled next; then it joins again.
   */
  expel(): void {
    if (this.#state !== 'joined') return;
    this.#state = 'expelled';
    this.#members.leave(this);
  }

  /** How many deliveries could be made now, one a partition; joining again counts as one. */
  deliverable(): number {
    if (this.#state === 'expelled') return this.#underWay.size === 0 ? 1 : 0;
    let count = 0;
    for (let i = 0; i < this.#assigned.length; i++) if (this.#isDue(this.#assigned[i]!)) count++;
    return count;
  }

  /** Makes the n-th of them. */
  deliver(n: number): Promise<void> {
    if (this.#state === 'expelled') return this.#joinAgain();
    let left = n;
    const due = this.#assigned.find((assigned) => this.#isDue(assigned) && left-- === 0);
    if (due === undefined) throw new RangeError(`there is no delivery ${n}`);
    const { partition } = due;
    const delivery = this.#fetch(due).finally(() => this.#underWay.delete(partition));
    this.#underWay.set(partition, delivery);
    return delivery;
  }

  revoke(): void {
    if (!this.#isMember) return;
    const partitions = this.#assigned.map(({ partition }) => partition);
    this.#forget();
    this.#listener!.revoked(partitions);
  }

  assign(partitions: readonly number[]): void {
    if (this.#state === 'stopping') return;
    this.#isMember = true;
    this.#assigned = partitions.map((partition) => ({ partition, position: 0, paused: true, moves: 0 }));
    this.#listener!.assigned(partitions);
  }

  #forget(): void {
    this.#isMember = false;
    this.#assigned = [];
  }

  #find(partition: number): Assigned | undefined {
    return this.#assigned.find((assigned) => assigned.partition === partition);
  }

  /** Out of range is due, too: the broker would say so. */
  #isDue(assigned: Assigned): boolean {
    return !assigned.paused && assigned.position !== this.#log.partitions[assigned.partition]!.high
      && !this.#underWay.has(assigned.partition);
  }

  async #joinAgain(): Promise<void> {
    this.revoke();
    this.#state = 'joined';
    this.#members.join(this);
  }

  async #fetch(assigned: Assigned): Promise<void> {
    const { partition, position, moves } = assigned;
    const log = this.#log.partitions[partition]!;
    try {
      if (position < log.start || position > log.high) {
        throw new LogError('out-of-range',
          `${this.topic}/${partition} holds ${log.start} to ${log.high}, and ${position} was asked for`);
      }
      const records = log.read(position, this.#batchRecordsMax);
      const next = await this.#listener!.batch(this.#batch(partition, position, records, log.high));
      if (assigned.moves === moves) assigned.position = next;
    } catch (error) {
      // As a real client's subscription ends: it leaves the group, and the process is told to stop.
      if (this.#state === 'over' || this.#state === 'stopping') return;
      this.kill();
      this.#listener!.crashed(error instanceof Error ? error : new Error('the listener failed', { cause: error }));
    }
  }

  #batch(partition: number, fetchedFrom: number, records: readonly LogRecord[], highWatermark: number): Batch {
    return { partition, fetchedFrom, records, highWatermark, brokerTime: this.#log.brokerTime, heartbeat };
  }
}

/** Nobody takes a member in memory for dead by time. */
const heartbeat = (): Promise<void> => Promise.resolve();
