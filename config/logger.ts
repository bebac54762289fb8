/**
 * The log: JSON lines on standard output, with named fields only.
 *
 * Fields: `level` (a word), `time` (ISO), `service`, `version`, then `component`, `topic`, `partition`, `offset`, `shard`,
 * `err.type`, `err.code`. Nothing that could hold a record's field is ever logged whole: an error is its type, code,
 * message and stack, for clients hang requests on their errors; bytes, URLs and collections become lengths. (That also
 * keeps pino from throwing: its redaction with wildcards does, when it meets a Buffer or a URL.)
 */
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';
import { VERSION } from './version.ts';

export type { Logger } from 'pino';

/** Whatever somebody logs by mistake under these names. Exact paths: wildcards cost a quarter of the speed. */
const REDACTED = ['password', 'hashPan', 'pan', 'key', 'value', 'headers', 'config', 'environment'];
const CAUSES_MAX = 5;

export function createLogger(
  { logLevel, serviceName }: Pick<Config, 'logLevel' | 'serviceName'>, destination?: DestinationStream,
): Logger {
  const options = {
    level: logLevel,
    base: { service: serviceName, version: VERSION },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'msg',
    formatters: { level: (label: string) => ({ level: label }), log: namedFields },
    serializers: { err: (error: unknown) => errorFields(error) },
    redact: { paths: REDACTED, censor: '[redacted]' },
  };
  // At once: what is still to be written when the process ends would come out of order, or not at all.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

type LogWrite = (level: 'error' | 'warn' | 'info' | 'debug', message: string, fields: Readonly<Record<string, string | number | boolean>>) => void;

/** As log/kafka takes it. */
export function logWriter(logger: Logger): LogWrite {
  return (level, message, fields) => { logger[level](fields, message); };
}

/** Runs before redaction and serializers, on top-level fields. */
function namedFields(fields: Record<string, unknown>): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) named[name] = plain(name, value);
  return named;
}

function plain(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return name === 'err' ? value : errorFields(value);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return { bytes: value.byteLength };
  if (value instanceof URL) return { characters: value.href.length };
  if (value instanceof Map || value instanceof Set) return { entries: value.size };
  return value;
}

interface ErrorFields {
  readonly type: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

/** An error's other members stay out: clients put requests, arguments and addresses there. */
function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error' };
  const { name, message, stack, cause, code, remedy } = error as Error & { code?: unknown; remedy?: unknown };
  return {
    type: name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof remedy === 'string' ? { remedy } : {}),
    message,
    ...(stack === undefined || depth > 0 ? {} : { stack }),
    ...(cause === undefined || depth >= CAUSES_MAX ? {} : { cause: errorFields(cause, depth + 1) }),
  };
}
