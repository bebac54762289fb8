/**
 * Names of a shard's keys. All have one hash tag, and all but `meta` the generation (see open.lua); short, because a
 * citizen's key is there for each of millions.
 *
 *     <TOPIC_PREFIX>{<tag>}:meta
 *     <TOPIC_PREFIX>{<tag>}<generation>:<name>
 *     <TOPIC_PREFIX>{<tag>}<generation>:c:<citizenId>          a citizen's records
 *     <TOPIC_PREFIX>{<tag>}<generation>:cards                  every card's history, by its 32 bytes
 */
import { hashTagOf, type ShardKind } from './hash-tags.ts';

export class ShardKeys {
  readonly generation: string;
  readonly meta: string;
  readonly index: string;
  readonly cards: string;
  readonly reversals: string;
  readonly touched: string;
  readonly late: string;
  readonly lateNotes: string;
  readonly outbox: string;
  /** Where in a citizen's key the citizenId begins, in bytes from 1. */
  readonly nameAt: number;
  readonly #citizens: string;

  constructor(prefix: string, kind: ShardKind, shard: number, generation: string) {
    this.generation = generation;
    this.meta = metaKey(prefix, kind, shard);
    const base = `${baseOf(prefix, kind, shard)}${generation}:`;
    this.index = `${base}citizens`;
    this.cards = `${base}cards`;
    this.reversals = `${base}reversals`;
    this.touched = `${base}touched`;
    this.late = `${base}late`;
    this.lateNotes = `${base}late-notes`;
    this.outbox = `${base}outbox`;
    this.#citizens = `${base}c:`;
    this.nameAt = this.#citizens.length + 1;
  }

  citizen(citizenId: string): string {
    return this.#citizens + citizenId;
  }
}

export function metaKey(prefix: string, kind: ShardKind, shard: number): string {
  return `${baseOf(prefix, kind, shard)}:meta`;
}

/** What all keys of a shard, of every generation, begin with. */
export function baseOf(prefix: string, kind: ShardKind, shard: number): string {
  return `${prefix}{${hashTagOf(kind, shard)}}`;
}
