import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLogger, logWriter, type Logger } from '../../config/logger.ts';
import { VERSION } from '../../config/version.ts';

const CARD = '4929111122223333';

function logged(use: (logger: Logger) => void, logLevel: 'info' | 'warn' = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  const sink = new Writable({ write(chunk: Buffer, _encoding, done) { lines.push(chunk.toString()); done(); } });
  use(createLogger({ logLevel, serviceName: 'tornaconto' }, sink));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  test('says level, time, service and version in every line', () => {
    const [line] = logged((logger) => { logger.info({ component: 'accrue', partition: 3 }, 'hello'); });
    expect(line).toMatchObject({ level: 'info', service: 'tornaconto', version: VERSION, component: 'accrue', partition: 3, msg: 'hello' });
    expect(line!.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('keeps its level', () => {
    expect(logged((logger) => { logger.info('no'); logger.warn('yes'); }, 'warn').map(({ msg }) => msg)).toEqual(['yes']);
  });

  test('turns bytes, URLs and collections into lengths, and does not throw on them', () => {
    const [line] = logged((logger) => {
      logger.info({ body: Buffer.from(CARD), url: new URL(`http://x/${CARD}`), cards: new Map([[CARD, 1]]), set: new Set([CARD]) }, 'm');
    });
    expect(line).toMatchObject({ body: { bytes: 16 }, cards: { entries: 1 }, set: { entries: 1 } });
    expect(JSON.stringify(line)).not.toContain(CARD);
  });

  test('says an error\'s type, code and causes, never what a client has hung on it', () => {
    const cause = Object.assign(new TypeError('inner'), { command: { args: [CARD] }, code: 'EINNER' });
    const error = Object.assign(new Error('outer', { cause }), { code: 'unavailable', remedy: 'retry', config: { body: CARD } });
    for (const field of ['err', 'error']) {
      const [line] = logged((logger) => { logger.error({ [field]: error }, 'failed'); });
      expect(line![field]).toMatchObject({
        type: 'Error', code: 'unavailable', remedy: 'retry', message: 'outer', cause: { type: 'TypeError', code: 'EINNER', message: 'inner' },
      });
      expect(JSON.stringify(line)).not.toContain(CARD);
    }
  });

  test('redacts what should never have been given', () => {
    const [line] = logged((logger) => { logger.info({ hashPan: CARD, password: CARD, value: { a: CARD } }, 'm'); });
    expect(JSON.stringify(line)).not.toContain(CARD);
  });

  test('a circle of causes ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged((logger) => { logger.error({ err: error }, 'm'); })).toHaveLength(1);
  });

  test('writes what the Kafka client says', () => {
    const [line] = logged((logger) => { logWriter(logger)('warn', 'slow', { component: 'kafkajs.Connection', broker: 'a:9092' }); });
    expect(line).toMatchObject({ level: 'warn', msg: 'slow', component: 'kafkajs.Connection', broker: 'a:9092' });
  });
});
