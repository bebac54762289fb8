/**
 * The one error for a value that cannot be read: contract section 5, quarantine reason `undecodable`.
 *
 * Remedy: quarantine the record. Message and members never hold a byte of the value but the schema id, since a
 * mistaken producer may have put a card number anywhere; so there is no `cause` either.
 */
const TEXTS = {
  'null-value': 'the value is null',
  'no-frame': 'the value does not begin with a Confluent frame: 0 and a schema id of 4 bytes',
  'unknown-schema': 'the registry does not know the writer\'s schema',
  'not-of-schema': 'the value cannot be read: its bytes do not fit its schema, or its schema does not fit ours',
} as const;

export type UndecodableCode = keyof typeof TEXTS;

export class UndecodableError extends Error {
  override readonly name = 'UndecodableError';
  readonly code: UndecodableCode;
  /** The id of the writer's schema, or null where there is none to read. */
  readonly schemaId: number | null;

  constructor(code: UndecodableCode, schemaId: number | null = null) {
    super(schemaId === null ? TEXTS[code] : `${TEXTS[code]} (schema id ${schemaId})`);
    this.code = code;
    this.schemaId = schemaId;
  }
}
