import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe as suite, expect, test } from 'vitest';
import { ConfigError } from '../../config/config-error.ts';
import { readConfig } from '../../config/config.ts';
import { describe, maskedUrl } from '../../config/describe.ts';
import { parseRedisUrl } from '../../stores/redis/address.ts';

const SERVERS = {
  KAFKA_BROKERS: 'a:9092,b:9092', SCHEMA_REGISTRY_URL: 'http://registry:8080/apis/ccompat/v7/',
  REDIS_URL: 'redis://redis:6379', PROGRAMME_FILE: 'programme.json',
};

function problemsOf(environment: Record<string, string>, needs: Parameters<typeof readConfig>[0] = []): readonly string[] {
  try {
    readConfig(needs, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const secretFile = (content: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'tornaconto-config-')), 'secret');
  writeFileSync(path, content);
  return path;
};

suite('the configuration', () => {
  test('has the contract\'s defaults', () => {
    expect(readConfig([], {})).toMatchObject({
      topicPrefix: '', httpPort: 8080, logLevel: 'info', arrival: 'broker', closeMarginMs: 3_600_000, skewMarginMs: 30_000,
      sessionTimeoutMs: 30_000, ledgerPartitions: 24, cardPartitions: 12, replicationFactor: null,
    });
  });

  test('reads everything that is set', () => {
    const config = readConfig(['kafka', 'registry', 'redis', 'programme'], {
      ...SERVERS, TOPIC_PREFIX: 'it.', HTTP_PORT: '0', LOG_LEVEL: 'debug', ARRIVAL: 'producer', CLOSE_MARGIN: 'PT1M',
      SKEW_MARGIN: 'PT1M30S', LEDGER_PARTITIONS: '6', CARD_PARTITIONS: '4', REPLICATION_FACTOR: '3',
      KAFKA_TLS_ENABLED: 'true', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p',
    });
    expect(config).toMatchObject({
      registryUrl: 'http://registry:8080/apis/ccompat/v7', redisUrl: 'redis://redis:6379', programmeFile: 'programme.json',
      topicPrefix: 'it.', httpPort: 0, logLevel: 'debug', arrival: 'producer', closeMarginMs: 60_000, skewMarginMs: 90_000,
      ledgerPartitions: 6, cardPartitions: 4, replicationFactor: 3,
    });
    expect(config.kafka).toMatchObject({
      KAFKA_BROKERS: 'a:9092,b:9092', KAFKA_TLS_ENABLED: true, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_PASSWORD: 'p',
    });
  });

  test('takes an empty variable for an absent one: HTTP_PORT= is not port 0', () => {
    const empty = Object.fromEntries(['HTTP_PORT', 'LOG_LEVEL', 'CLOSE_MARGIN', 'REPLICATION_FACTOR', 'KAFKA_TLS_ENABLED'].map((name) => [name, '']));
    expect(readConfig([], empty)).toMatchObject({ httpPort: 8080, logLevel: 'info', closeMarginMs: 3_600_000, replicationFactor: null });
    expect(problemsOf({ REDIS_URL: '' }, ['redis'])).toEqual(['REDIS_URL is missing']);
  });

  test.each(['redis://a:1', 'rediss://a:1', 'redis+cluster://a:1,b:1', 'rediss+sentinel://a:1,b:1/master'])('takes REDIS_URL %s', (url) => {
    expect(readConfig(['redis'], { REDIS_URL: url }).redisUrl).toBe(url);
  });

  test('asks only for what a command needs', () => {
    expect(problemsOf({}, [])).toEqual([]);
    expect(problemsOf({}, ['kafka', 'programme'])).toEqual(['KAFKA_BROKERS is missing', 'PROGRAMME_FILE is missing']);
  });

  test('names everything that is wrong at once', () => {
    const problems = problemsOf({ HTTP_PORT: 'x', ARRIVAL: 'x', SKEW_MARGIN: 'x', KAFKA_SASL_MECHANISM: 'PLAIN' }, ['kafka', 'redis']);
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(
      ['ARRIVAL', 'HTTP_PORT', 'KAFKA_BROKERS', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_USERNAME', 'REDIS_URL', 'SKEW_MARGIN']);
  });

  test.each([
    ['KAFKA_BROKERS', ['host', 'host:', 'host:x', 'a:1,,b:2', 'http://a:1', 'a:0', 'a:1,b:65536', 'a:99999']],
    ['KAFKA_TLS_ENABLED', ['maybe']],
    ['SCHEMA_REGISTRY_URL', ['registry:8080', 'ftp://registry', '/path', 'http://:p%zz@registry']],
    ['REDIS_URL', ['localhost:6379', 'redis://', 'redis+ring://a:1', 'redis+cluster://']],
    ['KAFKA_SESSION_TIMEOUT', ['6000', 'PT0S', 'PT1H', 'P1D']],
    ['TOPIC_PREFIX', ['a b', 'à', 'x'.repeat(151)]],
    ['HTTP_PORT', ['-1', '65536', '0x50', '1e3', ' 80', '8080.0']],
    ['LOG_LEVEL', ['INFO', 'verbose']],
    ['ARRIVAL', ['kafka']],
    ['CLOSE_MARGIN', ['1h', 'P1D', 'PT1.5S', '-PT1H', '3600']],
    ['SKEW_MARGIN', ['30']],
    ['LEDGER_PARTITIONS', ['0', '-1', '10001', '2.5']],
    ['CARD_PARTITIONS', ['0']],
    ['REPLICATION_FACTOR', ['0', 'three']],
    ['KAFKA_SASL_MECHANISM', ['GSSAPI']],
  ])('refuses a bad %s', (name, values) => {
    for (const value of values) {
      const [problem] = problemsOf({ [name]: value });
      expect(problem, value).toMatch(new RegExp(`^${name} must be `));
    }
  });

  test.each(['redis://a,b', 'redis://:p%zz@h', 'redis://h:6379?x=1', 'redis://h:0', 'redis://h/x', 'redis+sentinel://h', 'redis+cluster://h/1'])(
    'refuses REDIS_URL %s, saying what is wrong', (url) => {
      const [problem] = problemsOf({ REDIS_URL: url });
      expect(() => parseRedisUrl(url)).toThrow(problem);
      expect(problem).toMatch(/^REDIS_URL (has|lacks|names) /);
    });

  test('an authority for connections that would be plain text is a mistake, unless that is said', () => {
    const ca = secretFile('a certificate');
    expect(problemsOf({ KAFKA_TLS_CAFILEPATH: ca })).toEqual(['KAFKA_TLS_CAFILEPATH is set without KAFKA_TLS_ENABLED']);
    expect(problemsOf({ KAFKA_TLS_CAFILEPATH: ca, KAFKA_TLS_ENABLED: 'true' })).toEqual([]);
    expect(problemsOf({ KAFKA_TLS_CAFILEPATH: ca, KAFKA_TLS_ENABLED: 'false' })).toEqual([]);
  });

  test('never repeats a value', () => {
    const mark = '4929111122223333';
    const all = ['KAFKA_BROKERS', 'KAFKA_TLS_ENABLED', 'KAFKA_TLS_CAFILEPATH', 'KAFKA_SASL_MECHANISM', 'SCHEMA_REGISTRY_URL', 'REDIS_URL',
      'HTTP_PORT', 'LOG_LEVEL', 'ARRIVAL', 'CLOSE_MARGIN', 'SKEW_MARGIN', 'LEDGER_PARTITIONS', 'CARD_PARTITIONS', 'REPLICATION_FACTOR'];
    const problems = problemsOf(Object.fromEntries(all.map((name) => [name, mark])));
    for (const name of all) expect(problems.some((problem) => problem.startsWith(name)), name).toBe(true);
    expect(problems.join()).not.toContain(mark);
  });
});

suite('secrets', () => {
  test('may come from a file, without its last line feed', () => {
    const config = readConfig(['redis'], { REDIS_URL_FILE: secretFile('redis://:pass@redis:6379\n') });
    expect(config.redisUrl).toBe('redis://:pass@redis:6379');
  });

  test('a file that is empty, missing, or one too many is named', () => {
    expect(problemsOf({ REDIS_URL_FILE: '/nowhere/at/all' })).toEqual(['REDIS_URL_FILE names a file that cannot be read (ENOENT)']);
    expect(problemsOf({ KAFKA_SASL_PASSWORD_FILE: secretFile('\n') })).toEqual(['KAFKA_SASL_PASSWORD_FILE names a file that is empty']);
    expect(problemsOf({ REDIS_URL: 'redis://a:1', REDIS_URL_FILE: secretFile('redis://b:1') }))
      .toEqual(['REDIS_URL and REDIS_URL_FILE are both set: one of them is enough']);
  });

  test('a variable that is no secret has no file', () => {
    expect(readConfig([], { HTTP_PORT_FILE: secretFile('9090') }).httpPort).toBe(8080);
  });

  test('are masked when the configuration is shown', () => {
    const lines = describe(readConfig([], {
      ...SERVERS, REDIS_URL: 'rediss://user:p%40ss:w%2Frd@redis:6379/0', SCHEMA_REGISTRY_URL: 'https://user:hush@registry/x?token=hush',
      KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'loader', KAFKA_SASL_PASSWORD: 'hush',
    }));
    expect(lines).toContain('REDIS_URL=rediss://***@redis:6379/0');
    expect(lines).toContain('SCHEMA_REGISTRY_URL=https://***@registry/x?***');
    expect(lines).toContain('KAFKA_SASL_PASSWORD=***');
    expect(lines).toContain('KAFKA_SASL_USERNAME=loader');
    expect(lines).toContain('HTTP_PORT=8080');
    expect(lines.join()).not.toMatch(/hush|p%40ss/);
    // Forgotten encoding is refused, and in whatever is shown before that, masked too.
    expect(maskedUrl('redis://user:p@ss:w/rd@redis:6379/0')).toBe('redis://***@redis:6379/0');
  });
});
