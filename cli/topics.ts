/**
 * `tornaconto topics [--apply]`: shows topics and subjects and names every difference; with `--apply` creates what is
 * missing. What exists is never altered: the command that would mend it is shown. Exit 0 all right, 3 something differs.
 */
import { hostname } from 'node:os';
import { Command } from 'commander';
import { readConfig, type Config } from '../config/config.ts';
import { KafkaAdmin } from '../log/kafka/admin.ts';
import { connectionOf } from '../log/kafka/connection.ts';
import { ConfluentRegistry } from '../registry/confluent-registry.ts';
import { EXIT, UsageError } from './exit.ts';
import { readProgramme } from './replay.ts';
import { surveySubjects, type SubjectFinding } from './subject-survey.ts';
import { FOR_EVER_MS, newTopic, surveyTopics, type TopicFinding } from './topic-survey.ts';

/** How much longer than a period and its grace card-transactions are kept (contract, section 4). */
const KEPT_AFTER_GRACE_MS = 60 * 86_400_000;
/** With so many brokers, a topic of fewer replicas is a choice worth saying. */
const SAFE_REPLICAS = 3;

export function topicsCommand(): Command {
  return new Command('topics')
    .description('Show topics and subjects, and every difference from what they have to be.')
    .option('--apply', 'create what is missing; what exists is never altered')
    .action(async ({ apply }: { apply?: true }) => { process.exitCode = await topics(apply === true); });
}

async function topics(apply: boolean): Promise<number> {
  const config = readConfig(['kafka', 'registry']);
  const retentionMs = await transactionsRetentionMs(config);
  const registry = new ConfluentRegistry(config.registryUrl);
  const admin = new KafkaAdmin(connectionOf(config.kafka, `tornaconto-topics-${hostname()}`));
  try {
    const brokers = await admin.brokerCount();
    if (config.replicationFactor !== null && config.replicationFactor > brokers) {
      throw new UsageError(`REPLICATION_FACTOR is ${config.replicationFactor}, but the cluster has ${brokers} broker${brokers === 1 ? '' : 's'}`);
    }
    if (apply) {
      // Brokers do not match min.insync.replicas to a factor that they choose.
      const replicationFactor = config.replicationFactor ?? await admin.defaultReplicationFactor();
      const missing = (await surveyTopics(admin, { ...config, replicationFactor }, retentionMs)).filter(({ actual }) => actual === null);
      for (const name of await admin.createTopics(missing.map(newTopic))) console.log(`created topic ${name}`);
      for (const { subject, schema, missing } of await surveySubjects(registry.subjects, config.topicPrefix)) {
        if (missing) console.log(`registered ${subject} as schema ${await registry.idOf(subject, schema)}`);
      }
    }
    const topicFindings = await surveyTopics(admin, config, retentionMs);
    const subjectFindings = await surveySubjects(registry.subjects, config.topicPrefix);
    console.log([...topicLines(topicFindings, brokers), '', ...subjectLines(subjectFindings)].join('\n'));
    const findings = [...topicFindings, ...subjectFindings];
    const differing = findings.filter(({ differences }) => differences.length > 0);
    if (differing.length === 0) return EXIT.done;
    const creatable = topicFindings.some(({ actual }) => actual === null) || subjectFindings.some(({ missing }) => missing);
    console.log(`\n${differing.length} of ${findings.length} differ${creatable ? '; tornaconto topics --apply creates what is missing' : ''}`);
    return EXIT.refused;
  } finally {
    await admin.close();
  }
}

/** The longest period with its grace and 60 days; for ever when no programme, or no period, says how long that is. */
async function transactionsRetentionMs({ programmeFile }: Config): Promise<number> {
  if (programmeFile === undefined) return FOR_EVER_MS;
  const { periods } = await readProgramme(programmeFile);
  if (periods.length === 0) return FOR_EVER_MS;
  return Math.max(...periods.map(({ fromMs, deadlineMs }) => deadlineMs - fromMs)) + KEPT_AFTER_GRACE_MS;
}

function topicLines(findings: readonly TopicFinding[], brokers: number): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
  return [
    `${'topic'.padEnd(width)}partitions  replicas`,
    ...findings.flatMap(({ name, actual, wanted, differences, commands }) => {
      if (actual === null) return [`${name.padEnd(width)}${String(wanted.partitions.made).padStart(10)}            does not exist`];
      const few = brokers >= SAFE_REPLICAS && actual.replicationFactor < SAFE_REPLICAS ? `  (of ${brokers} brokers)` : '';
      const state = differences.length === 0 ? 'right' : 'differs';
      return [
        `${name.padEnd(width)}${String(actual.partitions).padStart(10)}${String(actual.replicationFactor).padStart(10)}  ${state}${few}`,
        ...detailLines(differences, commands),
      ];
    }),
  ];
}

function subjectLines(findings: readonly SubjectFinding[]): string[] {
  const width = Math.max(...findings.map(({ subject }) => subject.length)) + 2;
  return [
    `${'subject'.padEnd(width)} schema id`,
    ...findings.flatMap(({ subject, state, differences, commands, missing }) => {
      const line = `${subject.padEnd(width)}${String(state.schemaId ?? '').padStart(10)}  `;
      if (missing) return [line + differences.join()];
      return [line + (differences.length === 0 ? 'right' : 'differs'), ...detailLines(differences, commands)];
    }),
  ];
}

function detailLines(differences: readonly string[], commands: readonly string[]): string[] {
  return [...differences.map((difference) => `    ${difference}`), ...commands.map((command) => `    ${command}`)];
}
