/**
 * A schema registry in memory, for the embedded runtime and for tests.
 *
 * As the real one: an id belongs to a schema, whatever its subjects; a subject's new schema must be able to read
 * what its latest one wrote (compatibility BACKWARD). Ids count from 1 in the order of registration.
 */
import type { SchemaRegistry } from '../ports/registry.ts';
import { avroType } from './avro-type.ts';

export class EmbeddedRegistry implements SchemaRegistry {
  /** Schemas as text; an id is the index plus 1. */
  private readonly schemas: string[] = [];
  /** By subject: its schemas' ids, the latest last. */
  private readonly subjects = new Map<string, number[]>();

  /** Rejects, naming subject and reason, a schema that cannot read what was written with the subject's latest. */
  async idOf(subject: string, schema: object): Promise<number> {
    const text = JSON.stringify(schema);
    const versions = this.subjects.get(subject) ?? [];
    const known = this.schemas.indexOf(text) + 1;
    if (versions.includes(known)) return known;
    const latest = versions.at(-1);
    const reason = latest === undefined ? null : incompatibility(this.schemas[latest - 1]!, text);
    if (reason !== null) throw new Error(`subject ${subject} refuses the schema, which is not BACKWARD compatible: ${reason}`);
    const id = known > 0 ? known : this.schemas.push(text);
    this.subjects.set(subject, [...versions, id]);
    return id;
  }

  async schemaOf(id: number): Promise<object | null> {
    const text = this.schemas[id - 1];
    return text === undefined ? null : JSON.parse(text) as object;
  }
}

/** Why a reader cannot read what a writer wrote, or null when it can. */
function incompatibility(writer: string, reader: string): string | null {
  try {
    avroType(JSON.parse(reader) as object).createResolver(avroType(JSON.parse(writer) as object));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
