/**
 * How the brokers are reached: addresses, TLS, SASL; and the client made of it.
 *
 * The names follow Redpanda Console's: KAFKA_BROKERS, KAFKA_TLS_ENABLED, KAFKA_TLS_CAFILEPATH, KAFKA_SASL_MECHANISM,
 * KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD. The environment itself is read elsewhere.
 */
import { readFileSync } from 'node:fs';
import kafkajs from 'kafkajs';
import type { Kafka, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { brokersOf } from './broker-list.ts';
import { clientLog } from './client-log.ts';
import type { LogWriter } from './client-log.ts';
import { registerCodecs } from './codecs.ts';
import { dropTimeoutWarningsOfClient } from './timeout-warning.ts';
import { LIMITS_MS } from './within.ts';
import type { LimitsMs } from './within.ts';

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = typeof SASL_MECHANISMS[number];

export interface KafkaConnection {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** `tornaconto-<role>-<host>`: brokers show it in their logs and quotas. */
  readonly clientId: string;
  /** Absent = plain text. Without a file the system's authorities are trusted. */
  readonly tls?: { readonly caFilePath?: string };
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string };
  readonly log?: LogWriter;
  /** Where not the defaults. */
  readonly limitsMs?: LimitsMs;
}

/** Values of the environment; empty ones count as absent. */
export interface KafkaEnvironment {
  readonly KAFKA_BROKERS?: string | undefined;
  readonly KAFKA_TLS_ENABLED?: boolean | undefined;
  readonly KAFKA_TLS_CAFILEPATH?: string | undefined;
  readonly KAFKA_SASL_MECHANISM?: string | undefined;
  readonly KAFKA_SASL_USERNAME?: string | undefined;
  readonly KAFKA_SASL_PASSWORD?: string | undefined;
}

/** A broker that does not answer is given up for another, or for dead, after this. */
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** Stated in full, for the library's defaults change with NODE_ENV. Five tries take some 5 s when a broker refuses. */
export const RETRY = { initialRetryTime: 200, maxRetryTime: 2_000, factor: 0.2, multiplier: 2, retries: 5 } as const;

/** @throws RangeError naming the variable that is missing or wrong, never its value */
export function connectionOf(environment: KafkaEnvironment, clientId: string, log?: LogWriter): KafkaConnection {
  const brokers = brokersOf(environment.KAFKA_BROKERS ?? '');
  if (brokers === null) throw new RangeError('KAFKA_BROKERS must be host:port, several separated by commas');
  const caFilePath = environment.KAFKA_TLS_CAFILEPATH ?? '';
  return {
    brokers,
    clientId,
    ...(environment.KAFKA_TLS_ENABLED === true ? { tls: caFilePath === '' ? {} : { caFilePath } } : {}),
    ...saslOf(environment),
    ...(log === undefined ? {} : { log }),
  };
}

function saslOf(environment: KafkaEnvironment): Pick<KafkaConnection, 'sasl'> {
  const given = environment.KAFKA_SASL_MECHANISM ?? '';
  if (given === '') return {};
  const mechanism = SASL_MECHANISMS.find((known) => known === given.toUpperCase());
  if (mechanism === undefined) throw new RangeError(`KAFKA_SASL_MECHANISM must be one of ${SASL_MECHANISMS.join(', ')}`);
  const username = environment.KAFKA_SASL_USERNAME ?? '';
  const password = environment.KAFKA_SASL_PASSWORD ?? '';
  if (username === '') throw new RangeError('KAFKA_SASL_USERNAME is empty');
  if (password === '') throw new RangeError('KAFKA_SASL_PASSWORD is empty');
  return { sasl: { mechanism, username, password } };
}

/**
 * A client of its own for each use: the library shares committed offsets between the consumers of one.
 * @param watch sees every log entry first
 */
export function connect(connection: KafkaConnection, watch?: (entry: LogEntry) => void): Kafka {
  dropTimeoutWarningsOfClient();
  registerCodecs();
  return new kafkajs.Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    ...securityOf(connection),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: clientLog(connection.log ?? (() => undefined), watch),
  });
}

export function limitMs({ limitsMs }: KafkaConnection, thing: keyof LimitsMs): number {
  return limitsMs?.[thing] ?? LIMITS_MS[thing];
}

function securityOf({ tls, sasl }: KafkaConnection): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const ca = tls?.caFilePath;
  return {
    ...(tls === undefined ? {} : { ssl: ca === undefined ? true : { ca: readFileSync(ca) } }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, mechanism: sasl.mechanism.toLowerCase() } as SASLOptions }),
  };
}
