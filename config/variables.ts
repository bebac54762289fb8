/**
 * The environment's variables: how each is read, what stands in for a missing one, and which are secret.
 *
 * Source: contract, section 6; names of TLS and SASL as Redpanda Console's. An empty variable counts as absent: a line
 * `HTTP_PORT=` is how people switch a variable off, and must not read as port 0.
 */
import { z } from 'zod';
import { brokersOf } from '../log/kafka/broker-list.ts';
import { elapsedMs, parseDuration } from '../programme/duration.ts';
import { parseRedisUrl } from '../stores/redis/address.ts';

const PARTITIONS_MAX = 10_000;
const REPLICAS_MAX = 32_767;
const PORT_MAX = 65_535;
/** Brokers allow PT6S to PT30M unless they are told otherwise. */
const SESSION_MS_MIN = 1_000;
const SESSION_MS_MAX = 1_800_000;
/** Kafka's names have 249 characters at most; the longest that stands behind a prefix is that of a reader's group. */
const PREFIX = /^[A-Za-z0-9._-]{0,150}$/;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const ARRIVALS = ['broker', 'producer'] as const;
export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** Messages are the sentence after the variable's name, and never hold its value. */
export const VARIABLES = z.object({
  KAFKA_BROKERS: z.string().refine((text) => brokersOf(text) !== null, 'must be host:port, several separated by commas').optional(),
  KAFKA_TLS_ENABLED: z.stringbool({ error: 'must be true or false' }).default(false),
  KAFKA_TLS_CAFILEPATH: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(SASL_MECHANISMS, { error: oneOf(SASL_MECHANISMS) }).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().meta({ secret: true }).optional(),
  /** After so long without a sign of life a process's partitions go to others. */
  KAFKA_SESSION_TIMEOUT: margin().default(30_000)
    .refine((ms) => ms >= SESSION_MS_MIN && ms <= SESSION_MS_MAX, 'must be from PT1S to PT30M, and within what the brokers allow'),
  SCHEMA_REGISTRY_URL: z.string().refine(isHttpUrl, 'must be a URL that begins with http:// or https://, user and password percent-encoded').meta({ secret: true }).optional(),
  REDIS_URL: redisUrl().meta({ secret: true }).optional(),
  PROGRAMME_FILE: z.string().optional(),
  TOPIC_PREFIX: z.string().regex(PREFIX, 'must be at most 150 of letters, digits, ".", "_" and "-"').default(''),
  HTTP_PORT: whole(0, PORT_MAX).default(8080),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: oneOf(LOG_LEVELS) }).default('info'),
  ARRIVAL: z.enum(ARRIVALS, { error: oneOf(ARRIVALS) }).default('broker'),
  CLOSE_MARGIN: margin().default(3_600_000),
  SKEW_MARGIN: margin().default(30_000),
  LEDGER_PARTITIONS: whole(1, PARTITIONS_MAX).default(24),
  CARD_PARTITIONS: whole(1, PARTITIONS_MAX).default(12),
  REPLICATION_FACTOR: whole(1, REPLICAS_MAX).optional(),
  OTEL_SERVICE_NAME: z.string().default('tornaconto'),
});

export type VariableName = keyof typeof VARIABLES.shape;
export type Variables = z.output<typeof VARIABLES>;

export const VARIABLE_NAMES = Object.keys(VARIABLES.shape) as readonly VariableName[];

/** Secrets may be given as a file instead: `<NAME>_FILE`. URLs are among them, for they may hold a password. */
export function isSecret(name: VariableName): boolean {
  const schema: z.ZodType = VARIABLES.shape[name];
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() as z.ZodType : schema;
  return inner.meta()?.secret === true;
}

/** Digits only: `Number` would take '', '0x10' and '1e3'. */
function whole(min: number, max: number) {
  return z.string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, `must be a whole number from ${min} to ${max}`)
    .transform(Number);
}

/** Milliseconds. Days are no margin: their length depends on the calendar. */
function margin() {
  return z.string().transform((text, context) => {
    const duration = parseDuration(text);
    const ms = duration === null ? null : elapsedMs(duration);
    if (ms !== null) return ms;
    context.addIssue('must be an ISO 8601 duration of hours, minutes and seconds, such as PT30S');
    return z.NEVER;
  });
}

/** As text: who connects reads it again. */
function redisUrl() {
  return z.string().superRefine((text, context) => {
    try {
      parseRedisUrl(text);
    } catch (error) {
      context.addIssue((error as Error).message.replace(/^REDIS_URL /, ''));
    }
  });
}

function oneOf(words: readonly string[]): string {
  return `must be one of ${words.join(', ')}`;
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && isDecodable(url.username) && isDecodable(url.password);
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
