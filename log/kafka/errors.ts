/**
 * Errors of the client library, mapped to the port's closed set, in this one place.
 *
 * The library wraps: its retries end in an error whose cause is the one that matters, several topics end in a list.
 * What is not known here is `unavailable`: a repeat does no harm, since nobody's correctness rests on an append being
 * the only one, and it stays visible.
 */
import { LogError } from '../../ports/log.ts';
import type { LogErrorCode } from '../../ports/log.ts';

/** By the broker's error name (Kafka protocol guide, error codes). */
const CODE_OF_TYPE: Readonly<Record<string, LogErrorCode>> = {
  OFFSET_OUT_OF_RANGE: 'out-of-range',
  UNKNOWN_TOPIC_OR_PARTITION: 'no-such-partition',
  UNKNOWN_TOPIC_ID: 'no-such-partition',
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  TOPIC_AUTHORIZATION_FAILED: 'unauthorised',
  GROUP_AUTHORIZATION_FAILED: 'unauthorised',
  CLUSTER_AUTHORIZATION_FAILED: 'unauthorised',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'unauthorised',
  SASL_AUTHENTICATION_FAILED: 'unauthorised',
  UNSUPPORTED_SASL_MECHANISM: 'unauthorised',
  INVALID_TIMESTAMP: 'refused',
  INVALID_RECORD: 'refused',
  POLICY_VIOLATION: 'refused',
  INVALID_CONFIG: 'refused',
  INVALID_TOPIC_EXCEPTION: 'refused',
  INVALID_PARTITIONS: 'refused',
  INVALID_REPLICATION_FACTOR: 'refused',
  TOPIC_ALREADY_EXISTS: 'refused',
  UNSUPPORTED_VERSION: 'refused',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'refused',
};

/** Wrapping goes some levels deep; a circle of causes must not hang us. */
const CAUSES_MAX = 10;

/** @param doing what failed, for people: no field values */
export function toLogError(error: unknown, doing: string): LogError {
  if (error instanceof LogError) return error;
  return new LogError(codeOf(error), `${doing}: ${textOf(error)}`, { cause: error });
}

function codeOf(error: unknown): LogErrorCode {
  for (const { name, type, code } of causes(error)) {
    if (code !== undefined) return code;
    if (type !== undefined && Object.hasOwn(CODE_OF_TYPE, type)) return CODE_OF_TYPE[type]!;
    if (name === 'KafkaJSSASLAuthenticationError') return 'unauthorised';
  }
  return 'unavailable';
}

interface Cause {
  readonly name: string | undefined;
  readonly type: string | undefined;
  /** Of one of ours, thrown from within the library. */
  readonly code: LogErrorCode | undefined;
}

function* causes(error: unknown): Generator<Cause> {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && typeof current === 'object' && current !== null; depth++) {
    const { name, type, errors, cause } = current as Record<string, unknown>;
    yield { name: stringOf(name), type: stringOf(type), code: current instanceof LogError ? current.code : undefined };
    current = Array.isArray(errors) ? errors[0] : cause;
  }
}

/** Of a list of errors the list's own text says nothing. */
function textOf(error: unknown): string {
  const first: unknown = (error as { errors?: unknown[] } | null)?.errors?.[0] ?? error;
  return first instanceof Error ? first.message : 'unknown';
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
