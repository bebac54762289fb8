/**
 * Subjects as they are: which compatibility one has, whether it holds a schema, whether it would take it.
 *
 * Questions that the client library cannot ask, or asks too late: it sets the compatibility of a subject that it makes
 * after the first schema, so a kill in between leaves one without (Apicurio then says NONE, for ever).
 */
import type { Endpoint } from './endpoint.ts';
import { codeOfStatus, RegistryError } from './registry-error.ts';

export const COMPATIBILITY = 'BACKWARD';

export interface SubjectState {
  /** One without a level of its own has the registry's. Null: there is no such subject. */
  readonly compatibility: string | null;
  /** The schema's id; null when it is not registered under the subject. */
  readonly schemaId: number | null;
  /** Whether the schema can be registered under the subject, or is. */
  readonly fits: boolean;
}

const REQUEST_LIMIT_MS = 5_000;
const ATTEMPTS_MAX = 3;
const PAUSE_MS = 250;
const NOT_FOUND = 404;

export class Subjects {
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Changes nothing. @throws RegistryError */
  async stateOf(subject: string, schema: object): Promise<SubjectState> {
    const own = await this.compatibilityOf(subject);
    const body = { schema: JSON.stringify(schema) };
    const schemaId = await this.#ask<number>('id', 'POST', `/subjects/${encodeURIComponent(subject)}`, body);
    if (schemaId !== null) return { compatibility: own ?? await this.#inherited(subject), schemaId, fits: true };
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest`;
    const fits = await this.#ask<boolean>('is_compatible', 'POST', path, body);
    if (fits === null) return { compatibility: own, schemaId, fits: true };
    return { compatibility: own ?? await this.#inherited(subject), schemaId, fits };
  }

  /** Null: the subject has none of its own, or is not there. @throws RegistryError */
  async compatibilityOf(subject: string): Promise<string | null> {
    return this.#ask<string>('compatibilityLevel', 'GET', `/config/${encodeURIComponent(subject)}`);
  }

  /** Asked for a subject without a level of its own: the one that holds for it. */
  async #inherited(subject: string): Promise<string | null> {
    return this.#ask<string>('compatibilityLevel', 'GET', `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`);
  }

  /** Works before the subject's first schema, where the registry allows it; false where it does not. @throws RegistryError */
  async makeBackwardCompatible(subject: string): Promise<boolean> {
    try {
      const path = `/config/${encodeURIComponent(subject)}`;
      return await this.#ask('compatibility', 'PUT', path, { compatibility: COMPATIBILITY }) !== null;
    } catch (error) {
      // Another process does the same at this moment: Apicurio answers one of the two with a conflict.
      if (await this.compatibilityOf(subject) === COMPATIBILITY) return true;
      throw error;
    }
  }

  /** Whether the registry knows the id, of whatever language the schema is. @throws RegistryError */
  async hasSchema(id: number): Promise<boolean> {
    return await this.#ask('schema', 'GET', `/schemas/ids/${id}`) !== null;
  }

  /**
   * A member of the answer; null: the registry says that there is none of what was asked about. All of these questions
   * may be repeated, so all are tried again.
   */
  async #ask<T>(member: string, method: string, path: string, body?: object): Promise<T | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#askOnce<T>(member, method, path, body);
      } catch (error) {
        if (!(error instanceof RegistryError) || error.remedy !== 'retry' || attempt === ATTEMPTS_MAX) throw error;
        await new Promise((resolve) => { setTimeout(resolve, attempt * PAUSE_MS); });
      }
    }
  }

  async #askOnce<T>(member: string, method: string, path: string, body?: object): Promise<T | null> {
    const { url, credentials } = this.#endpoint;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json', ...authorisation(credentials) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      });
      text = await response.text();
    } catch (cause) {
      throw new RegistryError('unavailable', `the schema registry does not answer (${reasonOf(cause)})`);
    }
    const answer = parsed(text);
    if (response.ok && answer !== null && member in answer) return (answer as Record<string, unknown>)[member] as T;
    const spoke = answer !== null && 'error_code' in answer;
    if (response.status === NOT_FOUND && spoke) return null;
    const message = spoke && 'message' in answer ? String(answer.message)
      : 'what answers is no schema registry: is the path of SCHEMA_REGISTRY_URL right?';
    const code = response.ok ? 'unavailable' : codeOfStatus(response.status, spoke);
    throw new RegistryError(code, `the schema registry: ${message} (status ${response.status})`);
  }
}

function authorisation(credentials: Endpoint['credentials']): Record<string, string> {
  if (credentials === null) return {};
  return { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` };
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** `ECONNREFUSED` and the like; fetch hides it in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
