/**
 * The environment as a typed configuration: everything wrong with it is named at once, and no value is ever repeated.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { isSecret, VARIABLE_NAMES, VARIABLES, type VariableName, type Variables } from './variables.ts';

/** What a command cannot do without. */
export type Need = 'kafka' | 'registry' | 'redis' | 'programme';

/** KAFKA_…, as log/kafka/connection.ts takes them. */
export type KafkaVariables = { readonly KAFKA_BROKERS: string } & Pick<Variables,
  'KAFKA_TLS_ENABLED' | 'KAFKA_TLS_CAFILEPATH' | 'KAFKA_SASL_MECHANISM' | 'KAFKA_SASL_USERNAME' | 'KAFKA_SASL_PASSWORD'>;

interface Needed {
  readonly kafka: KafkaVariables;
  /** SCHEMA_REGISTRY_URL, without a slash at the end. */
  readonly registryUrl: string;
  readonly redisUrl: string;
  /** Path of PROGRAMME_FILE. */
  readonly programmeFile: string;
}

interface MemberOf {
  readonly kafka: 'kafka';
  readonly registry: 'registryUrl';
  readonly redis: 'redisUrl';
  readonly programme: 'programmeFile';
}
const VARIABLE_OF = {
  kafka: 'KAFKA_BROKERS', registry: 'SCHEMA_REGISTRY_URL', redis: 'REDIS_URL', programme: 'PROGRAMME_FILE',
} as const satisfies Readonly<Record<Need, VariableName>>;

interface Common {
  readonly topicPrefix: string;
  /** After so long without a sign of life a process's partitions go to others. */
  readonly sessionTimeoutMs: number;
  /** 0 = any that is free. */
  readonly httpPort: number;
  readonly logLevel: Variables['LOG_LEVEL'];
  readonly arrival: Variables['ARRIVAL'];
  readonly closeMarginMs: number;
  readonly skewMarginMs: number;
  /** Partitions that topics are made with; those that exist keep theirs. */
  readonly ledgerPartitions: number;
  readonly cardPartitions: number;
  /** Null = the brokers' default. */
  readonly replicationFactor: number | null;
  readonly serviceName: string;
  /** As read, for `describe`. */
  readonly variables: Variables;
}

/** A configuration in which all that `N` names is there; the rest may be. */
export type Config<N extends Need = never> = Common & Partial<Needed> & Pick<Needed, MemberOf[N]>;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError that names every variable that is missing or wrong */
export function readConfig<N extends Need = never>(needs: readonly N[], environment: Environment = process.env): Config<N> {
  const problems: string[] = [];
  const given = resolveFiles(environment, problems);
  const { data, error } = VARIABLES.safeParse(given);
  for (const { path, message } of error?.issues ?? []) problems.push(`${path.join('.')} ${message}`);
  problems.push(...missing(needs, given), ...crossChecks(given));
  if (data === undefined || problems.length > 0) throw new ConfigError(problems);
  return toConfig(data) as Config<N>;
}

/** The variables that are set, with the content of `<NAME>_FILE` for secrets. */
function resolveFiles(environment: Environment, problems: string[]): Partial<Record<VariableName, string>> {
  const given: Partial<Record<VariableName, string>> = {};
  for (const name of VARIABLE_NAMES) {
    const value = environment[name] ?? '';
    const file = isSecret(name) ? environment[`${name}_FILE`] ?? '' : '';
    if (value !== '' && file !== '') problems.push(`${name} and ${name}_FILE are both set: one of them is enough`);
    else if (file !== '') {
      const content = readSecret(`${name}_FILE`, file, problems);
      if (content !== '') given[name] = content;
    } else if (value !== '') given[name] = value;
  }
  return given;
}

/** Editors and `echo` end a file with a line feed, which is no part of the secret. */
function readSecret(variable: string, path: string, problems: string[]): string {
  try {
    const content = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (content === '') problems.push(`${variable} names a file that is empty`);
    return content;
  } catch (cause) {
    problems.push(`${variable} names a file that cannot be read (${codeOf(cause)})`);
    return '';
  }
}

function missing(needs: readonly Need[], given: Partial<Record<VariableName, string>>): string[] {
  return needs.map((need) => VARIABLE_OF[need]).filter((name) => given[name] === undefined).map((name) => `${name} is missing`);
}

/** By hand: a schema's own checks across fields are skipped while any field is wrong. */
function crossChecks(given: Partial<Record<VariableName, string>>): string[] {
  const problems: string[] = [];
  const sasl = given.KAFKA_SASL_MECHANISM !== undefined;
  for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
    if (sasl && given[name] === undefined) problems.push(`${name} is missing, which KAFKA_SASL_MECHANISM needs`);
    if (!sasl && given[name] !== undefined) problems.push(`${name} is set without KAFKA_SASL_MECHANISM`);
  }
  if (given.KAFKA_TLS_CAFILEPATH !== undefined) {
    // Whoever names an authority expects to be encrypted; false is a choice.
    if (given.KAFKA_TLS_ENABLED === undefined) problems.push('KAFKA_TLS_CAFILEPATH is set without KAFKA_TLS_ENABLED');
    try {
      accessSync(given.KAFKA_TLS_CAFILEPATH, constants.R_OK);
    } catch (cause) {
      problems.push(`KAFKA_TLS_CAFILEPATH names a file that cannot be read (${codeOf(cause)})`);
    }
  }
  return problems;
}

function toConfig(variables: Variables): Config {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, REDIS_URL, PROGRAMME_FILE } = variables;
  return {
    ...(KAFKA_BROKERS === undefined ? {} : { kafka: { ...variables, KAFKA_BROKERS } }),
    ...(SCHEMA_REGISTRY_URL === undefined ? {} : { registryUrl: SCHEMA_REGISTRY_URL.replace(/\/+$/, '') }),
    ...(REDIS_URL === undefined ? {} : { redisUrl: REDIS_URL }),
    ...(PROGRAMME_FILE === undefined ? {} : { programmeFile: PROGRAMME_FILE }),
    topicPrefix: variables.TOPIC_PREFIX,
    sessionTimeoutMs: variables.KAFKA_SESSION_TIMEOUT,
    httpPort: variables.HTTP_PORT,
    logLevel: variables.LOG_LEVEL,
    arrival: variables.ARRIVAL,
    closeMarginMs: variables.CLOSE_MARGIN,
    skewMarginMs: variables.SKEW_MARGIN,
    ledgerPartitions: variables.LEDGER_PARTITIONS,
    cardPartitions: variables.CARD_PARTITIONS,
    replicationFactor: variables.REPLICATION_FACTOR ?? null,
    serviceName: variables.OTEL_SERVICE_NAME,
    variables,
  };
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? 'unknown error';
}
