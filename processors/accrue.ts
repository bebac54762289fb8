/**
 * Accrue: folds the citizens' ledger into the citizens' sets of records, freezes periods at their markers, and sends
 * what comes of it: conflicts, adjustments, the newest totals.
 */
import type { Period, Programme } from '../programme/programme.ts';
import type { CitizenTotals, Decisions, FoldStep, PeriodRules, ShardStanding } from '../ports/citizen-totals.ts';
import type { LogRecord } from '../ports/log.ts';
import type { Step } from '../ports/store.ts';
import type { LedgerRecord } from '../schemas/generated/types.ts';
import { UndecodableError } from '../schemas/undecodable-error.ts';
import { shardOf } from '../topology/partition-of.ts';
import { reviewDecisions, settleLate } from './adjusting.ts';
import type { Context } from './context.ts';
import { fingerprintOf } from './fingerprint.ts';
import { ENTRY_BYTES, faultOfLines, LAYOUT_VERSION } from './ledger-entry.ts';
import { Outbox } from './outbox.ts';
import { ProcessingError, type Processor, type Progress } from './processor.ts';
import { TotalsKeeper } from './totals-keeper.ts';

/**
 * Steps sent to the store back to back. All shards' pipelines stand in one queue there: with 24 of 32 steps each, a
 * backlog on a busy machine ran into the store's command timeout.
 */
const STEPS_MAX = 8;
/** Late citizens settled at a time. */
const LATE_MAX = 500;

export class Accrue implements Processor {
  readonly role = 'accrue';
  readonly source = 'citizen-ledger';
  readonly #context: Context;
  readonly #outbox: Outbox;
  readonly #keeper: TotalsKeeper;

  constructor(context: Context) {
    this.#context = context;
    this.#outbox = new Outbox(context);
    this.#keeper = new TotalsKeeper(context);
  }

  async claim(shard: number): Promise<ShardStanding> {
    const { citizens, programme } = this.#context;
    const standing = await citizens.claim(shard, rulesOf(programme));
    await this.#outbox.drain(shard);
    return standing;
  }

  async process(
    shard: number, position: number, records: readonly LogRecord[], heartbeat: () => Promise<void>,
  ): Promise<Progress> {
    await this.#context.serdes.ledger.prepare(records.map((record) => record.value));
    let steps: FoldStep[] = [];
    for (const record of records) {
      const ledger = this.#decode(shard, record);
      const step = { expected: position, next: record.offset + 1, fingerprint: fingerprintOf(record) };
      position = step.next;
      if (ledger.closes === null) {
        steps.push({ ...step, decisions: this.#decisionsOf(shard, ledger, record), reviewed: null });
        if (steps.length < STEPS_MAX && record !== records.at(-1)) continue;
      }
      const moved = await this.#fold(shard, steps) ?? (ledger.closes === null ? null : await this.#freeze(shard, step, ledger, ledger.closes));
      if (moved !== null) return { kind: 'moved', position: moved };
      steps = [];
      await heartbeat();
    }
    return { kind: 'advanced', position };
  }

  /** Sends what waits to be sent, keeps the totals of touched citizens, and looks where the store stands. */
  async punctuate(shard: number, position: number): Promise<number> {
    await this.#outbox.drain(shard);
    const moved = await this.#keeper.keepTouched(shard, position);
    return moved ?? (await this.#context.citizens.counts(shard)).position;
  }

  /** Folds steps in order. Answers where the store stands instead, or null when all are folded. */
  async #fold(shard: number, steps: readonly FoldStep[]): Promise<number | null> {
    const { citizens, telemetry, programme } = this.#context;
    let sideOutputs = false;
    while (steps.length > 0) {
      const results = await citizens.fold(shard, steps);
      for (const result of results) {
        if (result.kind === 'refused') return result.position;
        const step = steps[0]!;
        if (result.kind === 'review') {
          const reviewed = reviewDecisions(step.decisions, result.sets, result.frozen, programme);
          steps = [{ ...step, reviewed }, ...steps.slice(1)];
          break;
        }
        this.#keeper.folded(shard, step.decisions.entries.length / ENTRY_BYTES);
        for (const [outcome, count] of Object.entries(result.outcomes)) telemetry.count(this.role, outcome, count);
        if (result.stragglers > 0) telemetry.alarm(this.role, 'on time, but folded after the close', { partition: shard, offset: step.expected });
        sideOutputs ||= result.outcomes.conflict > 0 || (step.reviewed?.length ?? 0) > 0;
        steps = steps.slice(1);
      }
    }
    if (sideOutputs) await this.#outbox.drain(shard);
    return null;
  }

  /** At a marker: settles what came late for the period, then freezes it. Either may be repeated. */
  async #freeze(shard: number, step: Step, marker: LedgerRecord, periodId: string): Promise<number | null> {
    const { citizens, programme } = this.#context;
    const period = this.#periodOf(periodId, marker, `marker ${shard}/${step.expected}`);
    for (;;) {
      const late = await this.#late(shard, step.expected, period.rank);
      if (late.position !== step.expected) return late.position;
      if (late.citizens.length === 0) break;
      const settled = await citizens.settle(shard, step.expected, period.rank, settleLate(late.citizens, period, programme));
      if (settled.kind === 'refused') return settled.position;
      await this.#outbox.drain(shard);
    }
    const frozen = await citizens.freeze(shard, step, period.rank);
    if (frozen.kind === 'refused') return frozen.position;
    return null;
  }

  /** A store that has fallen back behind an earlier marker misses its freeze: no corruption, it is folded again. */
  async #late(shard: number, expected: number, rank: number): ReturnType<CitizenTotals['late']> {
    const { citizens } = this.#context;
    try {
      return await citizens.late(shard, rank, LATE_MAX);
    } catch (error) {
      const { position } = (await citizens.sets(shard, [])).standing;
      if (position === expected) throw error;
      return { position, citizens: [] };
    }
  }

  #decode(shard: number, record: LogRecord): LedgerRecord {
    try {
      return this.#context.serdes.ledger.decode(record.value);
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
      throw new ProcessingError('bad-ledger', `ledger record ${shard}/${record.offset} cannot be read`, { cause: error });
    }
  }

  /** The decisions, checked: another program's record here would be folded into money. */
  #decisionsOf(shard: number, ledger: LedgerRecord, record: LogRecord): Decisions {
    const { partitions, programme } = this.#context;
    const { sourcePartition, firstOffset, citizens, entries, origins, lines } = ledger;
    if (ledger.layout !== LAYOUT_VERSION || entries.length === 0 || entries.length % ENTRY_BYTES !== 0) {
      throw new ProcessingError('bad-ledger', `ledger record at offset ${record.offset} is of another layout`);
    }
    const fault = faultOfLines(ledger);
    if (fault !== null) throw new ProcessingError('bad-ledger', `ledger record at offset ${record.offset} has ${fault}`);
    const shards = partitions('citizen-ledger');
    for (const citizenId of citizens) {
      if (shardOf(citizenId, shards) !== shard) {
        throw new ProcessingError('bad-ledger', `ledger record at offset ${record.offset} is not of this shard`);
      }
    }
    const periods = ledger.periods.map(({ id, rules }) => {
      const period = programme.periods.find((known) => known.id === id);
      if (period?.rulesHash !== rules) {
        throw new ProcessingError('other-rules', `period ${id} was decided under other rules than the programme file's`);
      }
      return { id, rules, rank: period.rank };
    });
    return { sourcePartition, firstOffset, citizens, periods, entries, origins, lines };
  }

  /** A marker of other rules may stand before the period's end: it must not freeze anything. */
  #periodOf(periodId: string, marker: LedgerRecord, where: string): Period {
    const period = this.#context.programme.periods.find((known) => known.id === periodId);
    if (period === undefined) throw new ProcessingError('other-rules', `${where} closes a period that the programme file lacks`);
    if (marker.periods[0]?.rules !== period.rulesHash) {
      throw new ProcessingError('other-rules', `${where} closes period ${period.id} under other rules than the programme file's`);
    }
    return period;
  }
}

/** The rules as a shard is claimed under them. */
export function rulesOf({ periods }: Programme): PeriodRules[] {
  return periods.map(({ id, rulesHash, deadlineMs }) => ({ id, rules: rulesHash, deadlineMs }));
}
