/** A KRaft broker that is its own controller, quick to start and to join, and strict: no topic makes itself. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../ports.ts';
import type { KafkaServer } from '../types.ts';
import { type Artifact, fetchArtifact } from './artifacts.ts';
import { requireJava } from './java.ts';
import { makeFolder, startProcess } from './process.ts';

export const KAFKA: Artifact = { profile: 'kafka' };

/** What both ways of running a test broker set: one node, and groups that form at once. */
export const BROKER_SETTINGS: Record<string, string> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '500',
  // After SIGKILL the broker may register again only when its old session has ended: 9 s by default.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'auto.create.topics.enable': 'false',
  // 128 MiB by default, allocated at start: more than half of the heap below.
  'log.cleaner.dedupe.buffer.size': '4194304',
};

const LOG4J = `status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=INFO
`;

export async function startLocalKafka(): Promise<KafkaServer> {
  const java = requireJava();
  const jars = await fetchArtifact(KAFKA);
  const port = await freePort();
  const controllerPort = await freePort();
  const { dir, dataDir } = await makeFolder('kafka');
  const settings = {
    ...BROKER_SETTINGS,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': dataDir,
  };
  const properties = join(dir, 'server.properties');
  const log4j = join(dir, 'log4j2.properties');
  await writeFile(properties, Object.entries(settings).map(([key, value]) => `${key}=${value}\n`).join(''));
  await writeFile(log4j, LOG4J);

  // Compiled quickly rather than well: a test broker lives for minutes.
  const jvm = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${log4j}`];
  jvm.push('-cp', join(jars, '*'));
  const format = ['kafka.tools.StorageTool', 'format', '-t', randomBytes(16).toString('base64url'), '-c', properties];
  await promisify(execFile)(java.command, [...jvm, ...format], { timeout: 60_000 });

  const server = await startProcess(
    {
      name: 'Kafka',
      port,
      command: java.command,
      args: [...jvm, 'kafka.Kafka', properties],
      isReady: (log) => log.includes('Kafka Server started'),
    },
    { dir, dataDir },
  );
  return { ...server, brokers: [`127.0.0.1:${port}`] };
}
