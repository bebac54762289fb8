/**
 * What the client library says, to a function that logs: its message and a few named fields, never a whole object.
 */
import kafkajs from 'kafkajs';
import type { LogEntry, logCreator } from 'kafkajs';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** As the application logs: pino or nothing. */
export type LogWriter = (level: LogLevel, message: string, fields: LogFields) => void;

/** Names of things, counts and positions; not `error` or `stack`, which may quote what a handler threw. */
const FIELDS = ['broker', 'clientId', 'groupId', 'memberId', 'topic', 'partition', 'offset', 'nodeId', 'correlationId',
  'retryCount', 'retryTime', 'size', 'duration', 'isLeader'] as const;

/** What the library calls an error it mostly tries again; what it gives up reaches us, and is told as an error of ours. */
const LEVELS = new Map<kafkajs.logLevel, LogLevel>([
  [kafkajs.logLevel.ERROR, 'warn'],
  [kafkajs.logLevel.WARN, 'warn'],
  [kafkajs.logLevel.INFO, 'info'],
]);

/** True of every producer of ours, and answered: it is thrown away at the first error that escapes it. */
const KNOWN = 'Limiting retries for the idempotent producer may invalidate EoS guarantees';

/** @param watch sees every entry first; what it throws goes through to the code that logs */
export function clientLog(write: LogWriter, watch?: (entry: LogEntry) => void): logCreator {
  return () => (entry) => {
    watch?.(entry);
    if (entry.log.message === KNOWN) return;
    const level = LEVELS.get(entry.level) ?? 'debug';
    write(level, entry.log.message, fieldsOf(entry));
  };
}

function fieldsOf({ namespace, log }: LogEntry): LogFields {
  const fields: Record<string, string | number | boolean> = { component: `kafkajs.${namespace}` };
  for (const name of FIELDS) {
    const value: unknown = log[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[name] = value;
  }
  return fields;
}
