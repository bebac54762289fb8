/**
 * Shards of one kind in Redis: runs scripts on a shard's present generation, and claims shards.
 *
 * The generation is remembered; a script that finds another one, or none, answers `moved`, and it is looked up again.
 */
import { randomBytes } from 'node:crypto';
import { StoreError, type Standing } from '../../ports/store.ts';
import type { RedisConnection } from './connection.ts';
import type { ShardKind } from './hash-tags.ts';
import type { Answer, ScriptCall } from './script.ts';
import { STATE_FORMAT, scripts } from './scripts.ts';
import { baseOf, metaKey, ShardKeys } from './shard-keys.ts';

/** Six bytes: none is taken for another, and eight characters in each key. */
const GENERATION_BYTES = 6;
/** More often than this a generation does not change between two calls, unless somebody deletes in a loop. */
const ATTEMPTS_MAX = 5;

/** Meta of a shard: see the scripts. */
export type Meta = ReadonlyMap<string, Buffer>;

export interface ShardsOptions {
  /** TOPIC_PREFIX. */
  readonly prefix: string;
  readonly kind: ShardKind;
  /** How many shards there are. */
  readonly shards: number;
}

export class Shards {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #kind: ShardKind;
  readonly #shards: number;
  readonly #keys = new Map<number, ShardKeys>();
  /** The rules that shards were last claimed under. */
  readonly #rules = new Map<number, string>();

  constructor(connection: RedisConnection, { prefix, kind, shards }: ShardsOptions) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#kind = kind;
    this.#shards = shards;
  }

  async run(shard: number, build: (keys: ShardKeys) => ScriptCall): Promise<Answer> {
    return (await this.runAll(shard, (keys) => [build(keys)]))[0]!;
  }

  /** Several calls in one pipeline; the answers end before the first `moved`, unless that is the first of all. */
  async runAll(shard: number, build: (keys: ShardKeys) => readonly ScriptCall[]): Promise<Answer[]> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const answers = await this.#connection.runAll(build(await this.#keysOf(shard)));
      const moved = answers.findIndex((answer) => answer.kind === 'moved');
      if (moved < 0) return answers;
      this.#keys.delete(shard);
      if (moved > 0) return answers.slice(0, moved);
    }
    throw new StoreError('unavailable', `${this.#kind} shard ${shard} is being deleted again and again`);
  }

  async meta(shard: number): Promise<Meta> {
    return this.#connection.hash(metaKey(this.#prefix, this.#kind, shard));
  }

  /**
   * Checks format and number of shards, and notes what `rulesFor` makes of the present meta, unless it throws. A shard
   * that holds nothing is cleaned first.
   */
  async claim(shard: number, rulesFor: (meta: Meta) => string): Promise<Meta> {
    this.#keys.delete(shard);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const keys = await this.#keysOf(shard);
      const meta = await this.meta(shard);
      const position = integerOf(meta, 'position');
      if (position > 0) this.#checkShards(shard, integerOf(meta, 'shards'));
      else await this.#sweep(shard, keys);
      const rules = rulesFor(meta);
      const answer = await this.#connection.run(scripts.claim.call({ meta: keys.meta }, {
        generation: keys.generation, expected: position, shards: this.#shards, rulesBefore: textOf(meta, 'rules') ?? '', rules,
      }));
      if (answer.kind === 'claimed') {
        this.#rules.set(shard, rules);
        return meta;
      }
      if (answer.kind === 'moved') this.#keys.delete(shard);
    }
    throw new StoreError('unavailable', `${this.#kind} shard ${shard} moves on while it is claimed`);
  }

  #checkShards(shard: number, stored: number): void {
    if (stored === this.#shards) return;
    throw new StoreError('other-shards', `${this.#kind} shard ${shard} was made as one of ${stored} shards, not ${this.#shards}`);
  }

  async #keysOf(shard: number): Promise<ShardKeys> {
    const known = this.#keys.get(shard);
    if (known !== undefined) return known;
    const answer = await this.#connection.run(scripts.open.call(
      { meta: metaKey(this.#prefix, this.#kind, shard) },
      {
        generation: randomBytes(GENERATION_BYTES).toString('base64url'), format: STATE_FORMAT,
        shards: this.#shards, rules: this.#rules.get(shard) ?? '',
      },
    ));
    if (answer.integer('format') > STATE_FORMAT) {
      throw new StoreError('newer-format', `${this.#kind} shard ${shard} was written by a newer version (format ${answer.integer('format')}, known ${STATE_FORMAT})`);
    }
    const keys = new ShardKeys(this.#prefix, this.#kind, shard, answer.text('generation'));
    this.#keys.set(shard, keys);
    return keys;
  }

  /** Deletes what generations before this one have left. Nothing reads it any more: it only takes memory. */
  async #sweep(shard: number, keys: ShardKeys): Promise<void> {
    const base = baseOf(this.#prefix, this.#kind, shard);
    const current = `${base}${keys.generation}:`;
    await this.#connection.scan(base, async (found) => {
      const stale = found.filter((key) => key !== keys.meta && !key.startsWith(current));
      if (stale.length > 0) await this.#connection.run(scripts.sweep.call({ meta: keys.meta, stale }, { generation: keys.generation }));
    });
  }
}

export function standingOf(meta: Meta): Standing {
  const position = integerOf(meta, 'position');
  return { position, fingerprint: position === 0 ? null : meta.get('fingerprint') ?? null };
}

/** A number of the meta, 0 where it is not there. */
export function integerOf(meta: Meta, field: string): number {
  return Number(textOf(meta, field) ?? 0);
}

export function textOf(meta: Meta, field: string): string | null {
  return meta.get(field)?.toString() ?? null;
}
