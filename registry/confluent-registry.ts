/**
 * The schema registry behind the port, through its client library.
 *
 * What the library does by itself and must not, or does not: it waits without limit (bounded here); it tells a failed
 * connection as status 400, and any 404, a wrong path's too, alike (told apart by the words: only a registry's answer
 * has a message of its own); it sets a new subject's compatibility after its first schema (done before, see Subjects).
 */
import { COMPATIBILITY as LEVELS, SchemaRegistry as Client, SchemaType } from '@kafkajs/confluent-schema-registry';
import type { SchemaRegistry } from '../ports/registry.ts';
import { endpointOf } from './endpoint.ts';
import { codeOfStatus, RegistryError } from './registry-error.ts';
import { COMPATIBILITY, Subjects } from './subjects.ts';

/** One request; then a whole call with the library's retries. */
const REQUEST_LIMIT_MS = 5_000;
const CALL_LIMIT_MS = 20_000;
const RETRY = { retries: 2, initialRetryTimeInSecs: 0.2, maxRetryTimeInSecs: 1, factor: 0.2, multiplier: 2 };
const CLIENT_ID = 'tornaconto';
const NOT_FOUND = 404;
/** What the library makes of an answer that is not a registry's. */
const NOT_OF_A_REGISTRY = new RegExp(`^${CLIENT_ID} - Error, status \\d+`);

/** What there is instead of a schema that cannot be read as Avro: nothing reads it, so its records are undecodable. */
const UNREADABLE = { type: 'unreadable' } as const;

export class ConfluentRegistry implements SchemaRegistry {
  readonly subjects: Subjects;
  readonly #client: Client;

  /** @param url SCHEMA_REGISTRY_URL; asks nothing yet */
  constructor(url: string) {
    const endpoint = endpointOf(url);
    this.subjects = new Subjects(endpoint);
    this.#client = new Client({
      host: endpoint.url,
      clientId: CLIENT_ID,
      retry: RETRY,
      ...(endpoint.credentials === null ? {} : { auth: endpoint.credentials }),
      middlewares: [limited],
    });
  }

  /** @throws RegistryError */
  async idOf(subject: string, schema: object): Promise<number> {
    const level = await this.subjects.compatibilityOf(subject);
    if (level === null) await this.subjects.makeBackwardCompatible(subject);
    else if (level !== COMPATIBILITY) {
      throw new RegistryError('incompatible', `subject ${subject} has compatibility ${level}, must have ${COMPATIBILITY}`);
    }
    try {
      const { id } = await within(this.#client.register(
        { type: SchemaType.AVRO, schema: JSON.stringify(schema) },
        { subject, compatibility: LEVELS.BACKWARD },
      ));
      return id;
    } catch (error) {
      throw toRegistryError(error, `registering the schema of ${subject}`);
    }
  }

  /** In canonical form, what it refers to included. @throws RegistryError */
  async schemaOf(id: number): Promise<object | null> {
    try {
      return asObject(await within(this.#client.getSchema(id)));
    } catch (error) {
      const { status, message } = error as LibraryError;
      // The library cannot read what came: a schema beyond it, or not a registry's answer at all.
      if (status === undefined && !(error instanceof RegistryError)) return await this.subjects.hasSchema(id) ? UNREADABLE : null;
      if (status === NOT_FOUND && !NOT_OF_A_REGISTRY.test(message)) return null;
      throw toRegistryError(error, `asking for schema ${id}`);
    }
  }
}

type Middleware = NonNullable<ConstructorParameters<typeof Client>[0]['middlewares']>[number];

/** Without it a registry that is connected and silent is waited for, for ever. */
const limited: Middleware = () => ({
  prepareRequest: async (next) => (await next()).enhance({ timeout: REQUEST_LIMIT_MS }),
});

type LibraryError = Error & { readonly status?: number };

function toRegistryError(error: unknown, doing: string): RegistryError {
  if (error instanceof RegistryError) return error;
  const { status, message } = error as LibraryError;
  // The library's own check of the compatibility, or of the schema.
  if (status === undefined) return new RegistryError('refused', `${doing}: ${message}`);
  const spoke = !NOT_OF_A_REGISTRY.test(message);
  const words = message.replace(`${CLIENT_ID} - `, '');
  return new RegistryError(codeOfStatus(status, spoke), `${doing}: ${spoke ? `${words} (status ${status})` : 'the schema registry does not answer'}`);
}

/** A schema of Avro as parsed JSON; of another language as one that cannot be read. */
function asObject(schema: unknown): object {
  if (typeof schema !== 'object' || schema === null || !('schema' in schema) || typeof schema.schema !== 'function') return UNREADABLE;
  const json: unknown = (schema as { schema: () => unknown }).schema();
  return typeof json === 'object' && json !== null ? json : { type: json };
}

async function within<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new RegistryError('unavailable', 'the schema registry does not answer in time')); }, CALL_LIMIT_MS);
  });
  try {
    return await Promise.race([call, tooLate]);
  } finally {
    clearTimeout(timer);
    call.catch(() => undefined);
  }
}
