import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KafkaAdmin } from '../../log/kafka/admin.ts';
import { assertTopics } from '../../cli/topic-survey.ts';
import { TOPIC_NAMES } from '../../topology/names.ts';
import { describeWithStack, freshPrefix, sharedStack } from '../stack/stack.ts';
import { runCli } from './run-cli.ts';

describeWithStack('tornaconto topics', () => {
  const stack = sharedStack();
  const environment = (prefix: string, more: Record<string, string> = {}) => ({
    KAFKA_BROKERS: stack.brokers.join(','), SCHEMA_REGISTRY_URL: stack.registryUrl, TOPIC_PREFIX: prefix,
    CARD_PARTITIONS: '3', LEDGER_PARTITIONS: '4', ...more,
  });
  const admin = () => new KafkaAdmin({ brokers: stack.brokers, clientId: 'tornaconto-test' });
  const settings = (topicPrefix: string, arrival: 'broker' | 'producer' = 'broker') =>
    ({ topicPrefix, arrival, cardPartitions: 3, ledgerPartitions: 4, replicationFactor: null });

  test('shows what is missing, makes it, and is then content; counts of the environment no longer matter', async () => {
    const prefix = freshPrefix();
    const before = await runCli(['topics'], environment(prefix));
    expect(before.code).toBe(3);
    expect(before.stdout.match(/does not exist/g)).toHaveLength(19);
    expect((await runCli(['topics'], environment(prefix))).stdout).toBe(before.stdout);

    const applied = await runCli(['topics', '--apply'], environment(prefix));
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout.match(/^created topic /gm)).toHaveLength(TOPIC_NAMES.length);

    const after = await runCli(['topics'], environment(prefix, { CARD_PARTITIONS: '7', LEDGER_PARTITIONS: '9' }));
    expect(after.code).toBe(0);
    expect(after.stdout.match(/ {2}right$/gm)).toHaveLength(19);
    expect((await runCli(['topics', '--apply'], environment(prefix))).stdout).not.toMatch(/created|registered/);

    const client = admin();
    expect(await assertTopics(client, settings(prefix))).toEqual(new Map(Object.entries({
      'card-transactions': 3, 'card-enrolments': 3, 'citizen-ledger': 4, receipts: 3, clock: 1,
      payouts: 4, 'period-closures': 1, adjustments: 4, 'citizen-totals': 4, quarantine: 3,
    })));
    await client.close();
  });

  test('names every difference, alters nothing, and says what would', async () => {
    const prefix = freshPrefix();
    const client = admin();
    const right = { 'unclean.leader.election.enable': 'false' };
    await client.createTopics([
      { name: `${prefix}card-transactions`, partitions: 4, configs: { ...right, 'message.timestamp.type': 'CreateTime' } },
      { name: `${prefix}card-enrolments`, partitions: 2, configs: { ...right, 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' } },
      { name: `${prefix}citizen-ledger`, partitions: 5, configs: { 'unclean.leader.election.enable': 'true', 'message.timestamp.type': 'LogAppendTime', 'retention.ms': '-1' } },
      { name: `${prefix}receipts`, partitions: 3, configs: { ...right, 'retention.ms': '86400000' } },
      { name: `${prefix}payouts`, partitions: 6, configs: { ...right, 'retention.ms': '-1' } },
      { name: `${prefix}period-closures`, partitions: 2, configs: { ...right, 'retention.ms': '-1' } },
    ]);
    const { code, stdout } = await runCli(['topics', '--apply'], environment(prefix));
    expect(code).toBe(3);
    for (const line of [
      'message.timestamp.type is CreateTime, must be LogAppendTime',
      `--entity-name ${prefix}card-transactions --add-config message.timestamp.type=LogAppendTime`,
      'cleanup.policy is compact, must be delete',
      'unclean.leader.election.enable is true, must be false',
      'retention.ms is 86400000, must be -1',
      'has 3 partitions, must have at least 4',
      `--topic ${prefix}receipts --partitions 4`,
      'has 6 partitions, must have 5',
      'has 2 partitions, must have 1',
      'a topic cannot lose partitions',
    ]) expect(stdout).toContain(line);
    expect(stdout).toContain(`created topic ${prefix}citizen-totals`);

    const described = await client.describeTopics([`${prefix}receipts`, `${prefix}citizen-totals`]);
    expect(described.get(`${prefix}receipts`)).toMatchObject({ partitions: 3, configs: { 'retention.ms': '86400000' } });
    // Made to fit the ledger that is there, not the setting.
    expect(described.get(`${prefix}citizen-totals`)!.partitions).toBe(5);
    await expect(assertTopics(client, settings(prefix))).rejects.toThrow(/card-transactions message\.timestamp\.type is CreateTime[^]*receipts has 3/);
    expect(await assertTopics(client, settings(prefix), ['clock'])).toEqual(new Map([['clock', 1]]));
    await client.close();
  });

  test('ARRIVAL=producer makes input topics of the producer\'s time, kept for ever, and refuses others', async () => {
    const prefix = freshPrefix();
    expect((await runCli(['topics', '--apply'], environment(prefix, { ARRIVAL: 'producer' }))).code).toBe(0);
    const client = admin();
    const described = await client.describeTopics([`${prefix}card-transactions`, `${prefix}citizen-ledger`]);
    expect(described.get(`${prefix}card-transactions`)!.configs).toMatchObject({ 'message.timestamp.type': 'CreateTime', 'retention.ms': '-1' });
    expect(described.get(`${prefix}citizen-ledger`)!.configs).toMatchObject({ 'message.timestamp.type': 'LogAppendTime' });
    await expect(assertTopics(client, settings(prefix))).rejects.toThrow('message.timestamp.type is CreateTime, must be LogAppendTime');
    await client.close();
  });

  test('input topics are made such that the broker unpacks; other choices are nobody\'s mistake', async () => {
    const prefix = freshPrefix();
    const client = admin();
    const configs = { 'unclean.leader.election.enable': 'false', 'message.timestamp.type': 'LogAppendTime', 'compression.type': 'producer' };
    await client.createTopics([{ name: `${prefix}card-transactions`, partitions: 3, configs }]);
    expect((await runCli(['topics', '--apply'], environment(prefix))).code).toBe(0);
    const described = await client.describeTopics(['card-transactions', 'card-enrolments', 'receipts'].map((name) => prefix + name));
    expect([...described.values()].map((topic) => [topic.name.slice(prefix.length), topic.configs['compression.type']]).sort())
      .toEqual([['card-enrolments', 'uncompressed'], ['card-transactions', 'producer'], ['receipts', 'producer']]);
    await client.close();
  });

  test('a programme without periods keeps card-transactions for ever', async () => {
    const prefix = freshPrefix();
    const programmeFile = join(mkdtempSync(join(tmpdir(), 'tornaconto-topics-')), 'programme.json');
    writeFileSync(programmeFile, JSON.stringify({ programme: 'none', timeZone: 'Europe/Rome', currency: '978', periods: [] }));
    expect(await runCli(['topics', '--apply'], environment(prefix, { PROGRAMME_FILE: programmeFile }))).toMatchObject({ code: 0, stderr: '' });
    const client = admin();
    expect((await client.describeTopics([`${prefix}card-transactions`])).get(`${prefix}card-transactions`)!.configs['retention.ms']).toBe('-1');
    await client.close();
  });

  test('names a subject whose compatibility is another\'s choice', async () => {
    const prefix = freshPrefix();
    const subject = `${prefix}payouts-value`;
    await fetch(`${stack.registryUrl}/config/${subject}`, {
      method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"compatibility":"NONE"}',
    });
    const { code, stdout } = await runCli(['topics', '--apply'], environment(prefix));
    expect(code).toBe(3);
    expect(stdout).toContain('has compatibility NONE, must have BACKWARD');
    expect(stdout).toContain(`"$SCHEMA_REGISTRY_URL/config/${subject}"`);
    expect(stdout.match(/^registered /gm)).toHaveLength(8);
  });

  test('wrong use and servers that are away have codes of their own', async () => {
    expect(await runCli(['topics'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/KAFKA_BROKERS is missing[^]*SCHEMA_REGISTRY_URL is missing/) as string });
    expect(await runCli(['topics', '--apply'], environment(freshPrefix(), { REPLICATION_FACTOR: '99' })))
      .toMatchObject({ code: 2, stderr: expect.stringContaining('REPLICATION_FACTOR is 99') as string });
    const away = await runCli(['topics'], environment(freshPrefix(), { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:2' }));
    expect(away.code).toBe(1);
    expect(away.stderr).not.toContain('    at ');
  });
});
