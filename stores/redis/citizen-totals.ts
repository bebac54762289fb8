/**
 * Citizens' totals in Redis. What a step does is in lua/fold.lua; here calls are packed and answers unpacked.
 */
import type {
  CitizenTotals, Folded, FoldStep, KeptTotal, LateCitizen, PeriodRules, Review, SetPage, Settlement, ShardCounts,
  ShardStanding, SideOutput,
} from '../../ports/citizen-totals.ts';
import { StoreError, type Refused, type Step } from '../../ports/store.ts';
import { FOLD_OUTCOMES, type FoldOutcome } from '../../programme/outcome.ts';
import { checkAdjustments, checkStep } from '../checks.ts';
import { checkRules } from '../noted-rules.ts';
import type { RedisConnection } from './connection.ts';
import { foldCalls, reviewOf } from './fold-call.ts';
import { packAdjustment, packKept, unpackKept, unpackLateNote, unpackOutput } from './packing.ts';
import type { Answer, ScriptCall } from './script.ts';
import { scripts } from './scripts.ts';
import type { ShardKeys } from './shard-keys.ts';
import { integerOf, Shards, standingOf, textOf, type Meta } from './shards.ts';

export interface RedisCitizenTotalsOptions {
  /** Number of shards: citizen-ledger's partitions. */
  readonly shards: number;
  /** TOPIC_PREFIX, before every key. */
  readonly prefix: string;
}

/** Names are read first, then their sets at the same position: a shard that moves in between is read again. */
const READS_MAX = 10;
const ANY_POSITION = -1;

export class RedisCitizenTotals implements CitizenTotals {
  readonly #shards: Shards;

  constructor(connection: RedisConnection, options: RedisCitizenTotalsOptions) {
    this.#shards = new Shards(connection, { ...options, kind: 'ledger' });
  }

  async claim(shard: number, periods: readonly PeriodRules[]): Promise<ShardStanding> {
    const meta = await this.#shards.claim(shard, (noted) => {
      checkRules(rulesNoted(noted), periods);
      return JSON.stringify(periods.map(({ id, rules, deadlineMs }) => [id, rules, deadlineMs]));
    });
    return { ...standingOf(meta), frozen: integerOf(meta, 'frozen') };
  }

  async fold(shard: number, steps: readonly FoldStep[]): Promise<readonly (Folded | Review | Refused)[]> {
    const answers: (Folded | Review | Refused)[] = [];
    while (answers.length < steps.length) {
      const rest = steps.slice(answers.length);
      for (const [i, answer] of (await this.#shards.runAll(shard, (keys) => foldCalls(keys, rest))).entries()) {
        if (answer.kind === 'folded') {
          answers.push(foldedOf(answer));
        } else {
          return [...answers, answer.kind === 'review' ? reviewOf(answer, rest[i]!) : refusedOf(answer)];
        }
      }
    }
    return answers;
  }

  async late(shard: number, rank: number, limit: number): Promise<{ position: number; citizens: readonly LateCitizen[] }> {
    return this.#readTogether(shard, async () => {
      const answer = await this.#shards.run(shard, ({ meta, late, lateNotes, generation }) => (
        scripts.late.call({ meta, late, lateNotes }, { generation, rank, limit })
      ));
      const list = answer.list('citizens');
      const names = list.filter((_, i) => i % 2 === 0).map(String);
      const read = await this.#setsAt(shard, names, answer.integer('position'));
      return read && {
        position: read.standing.position,
        citizens: names.map((citizenId, i) => ({ citizenId, set: read.sets[i]!, ...unpackLateNote(list[2 * i + 1]!) })),
      };
    });
  }

  async settle(
    shard: number, expected: number, rank: number, settlements: readonly Settlement[],
  ): Promise<{ readonly kind: 'settled' } | Refused> {
    checkAdjustments(settlements.flatMap(({ adjustment }) => adjustment ?? []));
    const packed = settlements.flatMap(({ citizenId, adjustment }) => [citizenId, adjustment === null ? '' : packAdjustment(adjustment)]);
    const answer = await this.#shards.run(shard, ({ meta, late, lateNotes, outbox, generation }) => (
      scripts.settle.call({ meta, late, lateNotes, outbox }, { generation, expected, rank, settlements: packed })
    ));
    return answer.kind === 'settled' ? { kind: 'settled' } : refusedOf(answer);
  }

  async freeze(shard: number, step: Step, rank: number): Promise<{ readonly kind: 'frozen' } | Refused> {
    checkStep(step);
    const { expected, next, fingerprint } = step;
    const answer = await this.#shards.run(shard, ({ meta, late, generation }) => (
      scripts.freeze.call({ meta, late }, { generation, expected, next, fingerprint, rank })
    ));
    return answer.kind === 'frozen' ? { kind: 'frozen' } : refusedOf(answer);
  }

  async sets(shard: number, citizens: readonly string[]): Promise<{ standing: ShardStanding; sets: readonly Buffer[] }> {
    return (await this.#setsAt(shard, citizens, ANY_POSITION))!;
  }

  async page(shard: number, after: string | null, limit: number): Promise<SetPage> {
    return this.#setPage(shard, ({ meta, index, generation }) => (
      scripts.page.call({ meta, index }, { generation, after: after ?? '', limit })
    ));
  }

  async counts(shard: number): Promise<ShardCounts> {
    const meta = await this.#shards.meta(shard);
    const sums = periodsOf(meta, 'payments:').map((id) => [id, {
      payments: integerOf(meta, `payments:${id}`), grossCents: integerOf(meta, `gross:${id}`),
    }] as const);
    return {
      position: integerOf(meta, 'position'),
      outcomes: outcomesOf((outcome) => integerOf(meta, outcome)),
      stragglers: integerOf(meta, 'stragglers'),
      sums: Object.fromEntries(sums),
    };
  }

  async touched(shard: number, limit: number): Promise<SetPage> {
    return this.#setPage(shard, ({ meta, touched, index, generation }) => scripts.touched.call({ meta, touched, index }, { generation, limit }));
  }

  async keep(
    shard: number, expected: number, kept: readonly { readonly citizenId: string; readonly totals: readonly KeptTotal[] }[],
  ): Promise<{ readonly kind: 'kept' } | Refused> {
    const periodIds = [...new Set(kept.flatMap(({ totals }) => totals.map(({ periodId }) => periodId)))];
    const answer = await this.#shards.run(shard, (keys) => scripts.keep.call(
      { meta: keys.meta, touched: keys.touched, citizens: kept.map(({ citizenId }) => keys.citizen(citizenId)) },
      {
        generation: keys.generation, expected, nameAt: keys.nameAt, periods: JSON.stringify(periodIds),
        totals: kept.map(({ totals }) => packKept(totals, periodIds)),
      },
    ));
    return answer.kind === 'kept' ? { kind: 'kept' } : refusedOf(answer);
  }

  async kept(shard: number, citizenId: string): Promise<readonly KeptTotal[] | null> {
    const answer = await this.#shards.run(shard, (keys) => scripts.kept.call(
      { meta: keys.meta, touched: keys.touched, citizen: keys.citizen(citizenId) },
      { generation: keys.generation, nameAt: keys.nameAt },
    ));
    if (answer.kind === 'none') return null;
    const totals = unpackKept(JSON.parse(answer.text('periods')) as string[], answer.list('totals'));
    return totals.length === 0 ? null : totals;
  }

  async outbox(shard: number, limit: number): Promise<readonly SideOutput[]> {
    const answer = await this.#shards.run(shard, ({ meta, outbox, generation }) => scripts.outbox.call({ meta, outbox }, { generation, limit }));
    const first = answer.integer('first');
    return answer.list('outputs').map((output, i) => ({ serial: first + i, output: unpackOutput(output.toString()) }));
  }

  async trimOutbox(shard: number, throughSerial: number): Promise<void> {
    await this.#shards.run(shard, ({ meta, outbox, generation }) => scripts.trim.call({ meta, outbox }, { generation, through: throughSerial }));
  }

  async #setPage(shard: number, names: (keys: ShardKeys) => ScriptCall): Promise<SetPage> {
    return this.#readTogether(shard, async () => {
      const answer = await this.#shards.run(shard, names);
      const citizens = answer.list('citizens').map(String);
      const read = await this.#setsAt(shard, citizens, answer.integer('position'));
      return read && { standing: read.standing, citizens: citizens.map((citizenId, i) => ({ citizenId, set: read.sets[i]! })) };
    });
  }

  /** Null when the shard is not at this position. */
  async #setsAt(shard: number, citizens: readonly string[], expected: number): Promise<{ standing: ShardStanding; sets: readonly Buffer[] } | null> {
    const answer = await this.#shards.run(shard, (keys) => scripts.sets.call(
      { meta: keys.meta, citizens: citizens.map((citizenId) => keys.citizen(citizenId)) }, { generation: keys.generation, expected },
    ));
    if (answer.kind !== 'read') return null;
    const position = answer.integer('position');
    const fingerprint = position === 0 ? null : answer.bytes('fingerprint');
    return { standing: { position, fingerprint, frozen: answer.integer('frozen') }, sets: answer.list('sets') };
  }

  async #readTogether<T>(shard: number, read: () => Promise<T | null>): Promise<T> {
    for (let i = 0; i < READS_MAX; i++) {
      const result = await read();
      if (result !== null) return result;
    }
    throw new StoreError('unavailable', `shard ${shard} moves on while it is read`);
  }
}

function foldedOf(answer: Answer): Folded {
  return { kind: 'folded', outcomes: outcomesOf((outcome) => answer.integer(outcome)), stragglers: answer.integer('stragglers') };
}

function outcomesOf(count: (outcome: FoldOutcome) => number): Record<FoldOutcome, number> {
  return Object.fromEntries(FOLD_OUTCOMES.map((outcome) => [outcome, count(outcome)])) as Record<FoldOutcome, number>;
}

function refusedOf(answer: Answer): Refused {
  return { kind: 'refused', position: answer.integer('position') };
}

function rulesNoted(meta: Meta): Parameters<typeof checkRules>[0] {
  // Empty in a shard that was begun without a claim.
  const rules = textOf(meta, 'rules');
  const claimed = rules ? JSON.parse(rules) as [string, string, number][] : [];
  return {
    claimed: claimed.map(([id, hash, deadlineMs]) => ({ id, rules: hash, deadlineMs })),
    folded: new Map(periodsOf(meta, 'rules:').map((id) => [id, textOf(meta, `rules:${id}`)!])),
    arrivalMs: Number(textOf(meta, 'arrival') ?? -Infinity),
    frozen: integerOf(meta, 'frozen'),
  };
}

function periodsOf(meta: Meta, prefix: string): string[] {
  return [...meta.keys()].filter((field) => field.startsWith(prefix)).map((field) => field.slice(prefix.length));
}
