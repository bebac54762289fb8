/**
 * The writers' schemas met so far, by id, each with what it takes to read it as ours.
 *
 * An id that the registry does not know is asked again some times, since what is refused stays refused, and a server of
 * the registry may not have heard yet of what another has just registered. Then it is remembered as unknown, for a while
 * only: a schema that is registered later is picked up, and a producer of nonsense does not cost a question a record.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Type } from 'avsc';

import type { SchemaRegistry } from '../ports/registry.ts';
import { avroType } from './avro-type.ts';
import { UndecodableError } from './undecodable-error.ts';

/** Pauses before an id that was never asked before is taken for unknown. */
const ASKED_AGAIN_AFTER_MS = [200, 800, 2_000];
/** Nobody registers so many at once: a batch with more is full of nonsense, and is not to hold up the others. */
const ASKED_AGAIN_MAX = 10;
/** How long an unknown id is not asked again. */
const UNKNOWN_FOR_MS = 10_000;
/** Bounds the memory that nonsense can take; far more than the ids in one batch, whose answers must stay. */
const UNKNOWN_IDS_MAX = 100_000;

export interface Writer {
  readonly type: Type;
  /** From the writer's schema to ours; undefined when both have the same layout. */
  readonly resolver: ReturnType<Type['createResolver']> | undefined;
}

/** How time passes. */
export interface Passing {
  nowMs(): number;
  pause(ms: number): Promise<unknown>;
}
export const REAL_TIME: Passing = { nowMs: () => Date.now(), pause: (ms) => pause(ms) };

export class WriterSchemas {
  private readonly registry: SchemaRegistry;
  private readonly reader: Type;
  private readonly time: Passing;
  /** Null: a schema that cannot be read as ours. */
  private readonly writers = new Map<number, Writer | null>();
  /** When an unknown id was last asked, oldest first. */
  private readonly unknown = new Map<number, number>();

  constructor(registry: SchemaRegistry, reader: Type, readerId: number, time: Passing) {
    this.registry = registry;
    this.reader = reader;
    this.time = time;
    this.writers.set(readerId, { type: reader, resolver: undefined });
  }

  /** Asks the registry, one by one, for those ids that are neither known nor known to be unknown. */
  async prepare(schemaIds: Iterable<number>): Promise<void> {
    const asked = [...schemaIds].filter((schemaId) => !this.writers.has(schemaId)
      && this.time.nowMs() - (this.unknown.get(schemaId) ?? -Infinity) >= UNKNOWN_FOR_MS);
    let unknown = await this.ask(asked);
    for (const ms of ASKED_AGAIN_AFTER_MS) {
      const perhapsNew = unknown.filter((schemaId) => !this.unknown.has(schemaId));
      if (perhapsNew.length === 0 || perhapsNew.length > ASKED_AGAIN_MAX) break;
      await this.time.pause(ms);
      unknown = [...unknown.filter((schemaId) => this.unknown.has(schemaId)), ...await this.ask(perhapsNew)];
    }
    for (const schemaId of unknown) this.rememberUnknown(schemaId);
  }

  /** Answers those that the registry does not know. */
  private async ask(schemaIds: readonly number[]): Promise<number[]> {
    const unknown: number[] = [];
    for (const schemaId of schemaIds) {
      const schema = await this.registry.schemaOf(schemaId);
      if (schema === null) {
        unknown.push(schemaId);
      } else {
        this.unknown.delete(schemaId);
        this.writers.set(schemaId, writerOf(schema, this.reader));
      }
    }
    return unknown;
  }

  /** Throws UndecodableError for an id that is unknown, or whose schema does not fit ours. */
  get(schemaId: number): Writer {
    const writer = this.writers.get(schemaId);
    if (writer === null) throw new UndecodableError('not-of-schema', schemaId);
    if (writer !== undefined) return writer;
    // Never taken for unknown: a good record would go to quarantine because nobody asked.
    if (!this.unknown.has(schemaId)) throw new Error(`schema id ${schemaId} was not prepared before decode`);
    throw new UndecodableError('unknown-schema', schemaId);
  }

  private rememberUnknown(schemaId: number): void {
    this.unknown.delete(schemaId);
    this.unknown.set(schemaId, this.time.nowMs());
    if (this.unknown.size <= UNKNOWN_IDS_MAX) return;
    for (const oldest of this.unknown.keys()) {
      this.unknown.delete(oldest);
      break;
    }
  }
}

/** Null when the schema is none that avsc understands, or none that can be read as ours. */
function writerOf(schema: object, reader: Type): Writer | null {
  try {
    const type = avroType(schema);
    return { type, resolver: type.equals(reader) ? undefined : reader.createResolver(type) };
  } catch {
    return null;
  }
}
