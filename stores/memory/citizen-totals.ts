/**
 * Citizens' totals in memory: the store of `replay`, and of simulated runs.
 *
 * A state may be shared by several stores, as a database is by several processes; a state can be copied and put back,
 * as a failover does that loses writes.
 */
import type {
  CitizenTotals, Folded, FoldStep, KeptTotal, LateCitizen, PeriodRules, Review, SetPage, Settlement, ShardCounts,
  ShardStanding, SideOutput,
} from '../../ports/citizen-totals.ts';
import { StoreError, type Refused, type Step } from '../../ports/store.ts';
import { compareText } from '../../programme/ranking.ts';
import { checkAdjustments, checkFoldStep, isNextFreeze, checkStep, corrupt } from '../checks.ts';
import { checkRules } from '../noted-rules.ts';
import { foldStep } from './fold-step.ts';
import { LedgerShard } from './ledger-shard.ts';
import { ShardedState } from './sharded-state.ts';

export interface MemoryCitizenTotalsOptions {
  /** Number of shards: citizen-ledger's partitions. */
  readonly shards: number;
  /** Whether the list of touched citizens is kept; false = `touched` and `kept` have nothing (default). */
  readonly keepTotals?: boolean;
}

export class MemoryCitizenTotals implements CitizenTotals {
  readonly #shards: number;
  readonly #keepTotals: boolean;
  /** The rules that shards were last claimed under: a state lost since is made again under them. */
  readonly #claims = new Map<number, readonly PeriodRules[]>();
  readonly state: ShardedState<LedgerShard>;

  constructor(options: MemoryCitizenTotalsOptions, state = ledgerState()) {
    this.#shards = options.shards;
    this.#keepTotals = options.keepTotals ?? false;
    this.state = state;
  }

  async claim(shard: number, periods: readonly PeriodRules[]): Promise<ShardStanding> {
    const state = this.state.shard(shard);
    if (state.position > 0 && state.shards !== this.#shards) {
      throw new StoreError('other-shards', `shard ${shard} was made as one of ${state.shards} shards, not ${this.#shards}`);
    }
    checkRules(state, periods);
    state.claimed = [...periods];
    this.#claims.set(shard, state.claimed);
    return state.standing();
  }

  async fold(shard: number, steps: readonly FoldStep[]): Promise<readonly (Folded | Review | Refused)[]> {
    const state = this.state.shard(shard);
    const bounds = steps.map(checkFoldStep);
    const answers: (Folded | Review | Refused)[] = [];
    for (const [i, step] of steps.entries()) {
      const answer = foldStep(state, step, bounds[i]!, this.#keepTotals);
      answers.push(answer);
      if (answer.kind !== 'folded') break;
      this.#noteMaking(shard, state);
    }
    return answers;
  }

  async late(shard: number, rank: number, limit: number): Promise<{ position: number; citizens: readonly LateCitizen[] }> {
    const state = this.state.shard(shard);
    const citizens: LateCitizen[] = [];
    if (isNextFreeze(rank, state.frozen)) {
      for (const citizenId of firstOf(limit, state.late.keys())) {
        citizens.push({ citizenId, set: state.setOf(citizenId), ...state.late.get(citizenId)! });
      }
    }
    return { position: state.position, citizens };
  }

  async settle(
    shard: number, expected: number, rank: number, settlements: readonly Settlement[],
  ): Promise<{ readonly kind: 'settled' } | Refused> {
    const state = this.state.shard(shard);
    checkAdjustments(settlements.flatMap(({ adjustment }) => adjustment ?? []));
    if (state.position !== expected) return { kind: 'refused', position: state.position };
    if (!isNextFreeze(rank, state.frozen)) return { kind: 'settled' };
    for (const { citizenId, adjustment } of settlements) {
      const note = state.late.get(citizenId);
      if (note === undefined) continue;
      state.late.delete(citizenId);
      if (note.deadlinesPassed > rank) state.lateSettled.set(citizenId, note);
      if (adjustment !== null) state.send(adjustment);
    }
    return { kind: 'settled' };
  }

  async freeze(shard: number, step: Step, rank: number): Promise<{ readonly kind: 'frozen' } | Refused> {
    const state = this.state.shard(shard);
    checkStep(step);
    if (state.position !== step.expected) return { kind: 'refused', position: state.position };
    if (isNextFreeze(rank, state.frozen)) {
      if (state.late.size > 0) corrupt('a period freezes before its late citizens are settled');
      state.late = state.lateSettled;
      state.lateSettled = new Map();
      state.frozen = rank;
      if (this.#keepTotals) state.tell(state.citizens);
    }
    this.#noteMaking(shard, state);
    state.position = step.next;
    state.fingerprint = step.fingerprint;
    return { kind: 'frozen' };
  }

  async sets(shard: number, citizens: readonly string[]): Promise<{ standing: ShardStanding; sets: readonly Buffer[] }> {
    const state = this.state.shard(shard);
    return { standing: state.standing(), sets: citizens.map((citizenId) => state.setOf(citizenId)) };
  }

  async page(shard: number, after: string | null, limit: number): Promise<SetPage> {
    const state = this.state.shard(shard);
    const inOrder = state.inOrder();
    const from = after === null ? 0 : firstAfter(state, inOrder, after);
    const owners = [...inOrder.subarray(from, from + limit)];
    return { standing: state.standing(), citizens: owners.map((owner) => ({ citizenId: state.citizens[owner]!, set: state.records.setOf(owner) })) };
  }

  async counts(shard: number): Promise<ShardCounts> {
    const { position, outcomes, stragglers, sums } = this.state.shard(shard);
    return { position, outcomes: { ...outcomes }, stragglers, sums: Object.fromEntries(sums) };
  }

  async touched(shard: number, limit: number): Promise<SetPage> {
    const state = this.state.shard(shard);
    return pageOf(state, firstOf(limit, state.touched, state.untold));
  }

  async keep(
    shard: number, expected: number, kept: readonly { readonly citizenId: string; readonly totals: readonly KeptTotal[] }[],
  ): Promise<{ readonly kind: 'kept' } | Refused> {
    const state = this.state.shard(shard);
    if (state.position !== expected) {
      if (this.#keepTotals) state.tell(kept.map(({ citizenId }) => citizenId));
      return { kind: 'refused', position: state.position };
    }
    for (const { citizenId, totals } of this.#keepTotals ? kept : []) {
      if (totals.length > 0) state.kept.set(citizenId, totals);
      else state.kept.delete(citizenId);
      state.touched.delete(citizenId);
      state.untold.delete(citizenId);
    }
    return { kind: 'kept' };
  }

  async kept(shard: number, citizenId: string): Promise<readonly KeptTotal[] | null> {
    const state = this.state.shard(shard);
    return state.touched.has(citizenId) || state.untold.has(citizenId) ? null : state.kept.get(citizenId) ?? null;
  }

  async outbox(shard: number, limit: number): Promise<readonly SideOutput[]> {
    return this.state.shard(shard).outbox.slice(0, limit);
  }

  async trimOutbox(shard: number, throughSerial: number): Promise<void> {
    const state = this.state.shard(shard);
    state.outbox = state.outbox.filter(({ serial }) => serial > throughSerial);
  }

  #noteMaking(shard: number, state: LedgerShard): void {
    if (state.shards !== null) return;
    state.shards = this.#shards;
    if (state.claimed.length === 0) state.claimed = this.#claims.get(shard) ?? [];
  }
}

export function ledgerState(): ShardedState<LedgerShard> {
  return new ShardedState(() => new LedgerShard());
}

function pageOf(state: LedgerShard, citizens: readonly string[]): SetPage {
  return { standing: state.standing(), citizens: citizens.map((citizenId) => ({ citizenId, set: state.setOf(citizenId) })) };
}

function firstOf(limit: number, ...lists: readonly Iterable<string>[]): string[] {
  const first: string[] = [];
  for (const citizens of lists) {
    for (const citizenId of citizens) {
      if (first.length >= limit) return first;
      first.push(citizenId);
    }
  }
  return first;
}

function firstAfter({ citizens }: LedgerShard, inOrder: Uint32Array, after: string): number {
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(citizens[inOrder[middle]!]!, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
