/**
 * The card index in Redis.
 *
 * A shard's cards lie in one hash, each under all of its 32 bytes: so no card is ever taken for another, whatever
 * producers hash, and one command finds hundreds. A card takes 130 bytes, 2.1 GB for the nation's 16.4 million. (In
 * small buckets, which Redis packs, it took 68, and a lookup twice the time of Redis and 40 bytes more of each request.)
 */
import type { CardIndex, CardLookup, CardRead, CardStep } from '../../ports/card-index.ts';
import { StoreError, type Refused, type Standing } from '../../ports/store.ts';
import type { CardHistory } from '../../programme/holding.ts';
import { checkCard, checkCardStep, checkThrough } from '../checks.ts';
import type { RedisConnection } from './connection.ts';
import { packHistory, unpackHistory } from './packing.ts';
import { scripts } from './scripts.ts';
import { integerOf, Shards, standingOf, textOf, type Meta } from './shards.ts';

export interface RedisCardIndexOptions {
  /** Number of card shards: card-enrolments' partitions. */
  readonly shards: number;
  /** IANA name: histories are switches at its midnights. */
  readonly timeZone: string;
  /** TOPIC_PREFIX, before every key. */
  readonly prefix: string;
}

/** Cards of one script call: others wait for a fraction of a millisecond. */
const CARDS_A_CALL = 512;
const COUNT_PREFIX = 'count:';

interface Found {
  readonly position: number;
  readonly completeThroughMs: number;
  readonly histories: readonly CardHistory[];
}

export class RedisCardIndex implements CardIndex {
  readonly #shards: Shards;
  readonly #timeZone: string;

  constructor(connection: RedisConnection, options: RedisCardIndexOptions) {
    this.#shards = new Shards(connection, { ...options, kind: 'card' });
    this.#timeZone = options.timeZone;
  }

  async claim(shard: number): Promise<Standing> {
    return standingOf(await this.#shards.claim(shard, (meta) => checkTimeZone(shard, meta, this.#timeZone)));
  }

  async read(shard: number, cards: readonly Buffer[]): Promise<CardRead> {
    const { position, histories } = await this.#find(shard, cards);
    return { position, histories };
  }

  async commit(shard: number, step: CardStep): Promise<{ readonly kind: 'committed' } | Refused> {
    checkCardStep(step);
    const { expected, next, fingerprint, changes, counts } = step;
    const cards = changes.map(({ card }) => card);
    const answer = await this.#shards.run(shard, (keys) => scripts['card-commit'].call(
      { meta: keys.meta, cards: keys.cards },
      {
        generation: keys.generation, expected, next, fingerprint, counts: JSON.stringify(counts), changed: Buffer.concat(cards),
        histories: changes.map(({ history }) => packHistory(history)),
      },
    ));
    return answer.kind === 'committed' ? { kind: 'committed' } : { kind: 'refused', position: answer.integer('position') };
  }

  async complete(shard: number, expected: number, throughMs: number): Promise<{ readonly kind: 'committed' } | Refused> {
    checkThrough(throughMs);
    const answer = await this.#shards.run(shard, ({ meta, generation }) => (
      scripts['card-complete'].call({ meta }, { generation, expected, through: throughMs })
    ));
    return answer.kind === 'committed' ? { kind: 'committed' } : { kind: 'refused', position: answer.integer('position') };
  }

  async lookup(cards: readonly Buffer[], shardOf: (card: Buffer) => number): Promise<CardLookup> {
    const places = new Map<number, number[]>();
    cards.forEach((card, place) => {
      const shard = shardOf(card);
      const ofShard = places.get(shard);
      if (ofShard === undefined) places.set(shard, [place]);
      else ofShard.push(place);
    });
    const histories = new Array<CardHistory>(cards.length);
    const shards = new Map<number, { position: number; completeThroughMs: number }>();
    await Promise.all([...places].map(async ([shard, ofShard]) => {
      const found = await this.#find(shard, ofShard.map((place) => cards[place]!));
      ofShard.forEach((place, i) => { histories[place] = found.histories[i]!; });
      shards.set(shard, { position: found.position, completeThroughMs: found.completeThroughMs });
    }));
    return { histories, shards };
  }

  async counts(shard: number): Promise<{ position: number; counts: Readonly<Record<string, number>> }> {
    const meta = await this.#shards.meta(shard);
    const counts = [...meta.keys()].filter((field) => field.startsWith(COUNT_PREFIX))
      .map((field) => [field.slice(COUNT_PREFIX.length), integerOf(meta, field)] as const);
    return { position: integerOf(meta, 'position'), counts: Object.fromEntries(counts) };
  }

  /** In several calls when there are many cards: then the least position and completeness hold for all. */
  async #find(shard: number, cards: readonly Buffer[]): Promise<Found> {
    for (const card of cards) checkCard(card);
    const pieces: (readonly Buffer[])[] = [];
    for (let from = 0; from === 0 || from < cards.length; from += CARDS_A_CALL) pieces.push(cards.slice(from, from + CARDS_A_CALL));
    const found = await Promise.all(pieces.map(async (piece) => this.#findPiece(shard, piece)));
    return {
      position: Math.min(...found.map(({ position }) => position)),
      completeThroughMs: Math.min(...found.map(({ completeThroughMs }) => completeThroughMs)),
      histories: found.flatMap(({ histories }) => histories),
    };
  }

  async #findPiece(shard: number, cards: readonly Buffer[]): Promise<Found> {
    const answer = await this.#shards.run(shard, (keys) => scripts['card-lookup'].call(
      { meta: keys.meta, cards: keys.cards },
      { generation: keys.generation, wanted: Buffer.concat(cards) },
    ));
    const bytes = answer.bytes('histories');
    const histories: CardHistory[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 2 + bytes.readUInt16BE(at);
      histories.push(unpackHistory(bytes, at + 2, end));
      at = end;
    }
    const through = answer.text('through');
    return { position: answer.integer('position'), completeThroughMs: through === '' ? -Infinity : Number(through), histories };
  }
}

function checkTimeZone(shard: number, meta: Meta, timeZone: string): string {
  const stored = textOf(meta, 'rules');
  if (integerOf(meta, 'position') > 0 && stored !== timeZone) {
    throw new StoreError('other-rules', `card shard ${shard} was made in ${stored ?? 'no time zone'}, not ${timeZone}`);
  }
  return timeZone;
}
