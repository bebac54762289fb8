/**
 * Port: where writers' Avro schemas are kept, by id.
 *
 * Errors: a registry that cannot be reached rejects (remedy: retry). It is never mistaken for an unknown id,
 * which resolves to null (remedy: quarantine the record).
 */
export interface SchemaRegistry {
  /** The id of this schema under the subject; registers it (compatibility BACKWARD) when it is not there. */
  idOf(subject: string, schema: object): Promise<number>;
  /** The schema of an id as parsed JSON, or null when the registry knows no such id. */
  schemaOf(id: number): Promise<object | null>;
}
