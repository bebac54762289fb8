/**
 * The processor's end before its start: a registry that takes the connection and never answers.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCli, startProgram, type Running } from './run-cli.ts';

const PROGRAMME_FILE = join(import.meta.dirname, '..', '..', 'examples', 'programme.json');

let registry: Server;
let asked: Promise<unknown[]>;
let environment: Record<string, string>;
const sockets = new Set<Socket>();

beforeEach(async () => {
  registry = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => registry.emit('asked'));
  });
  asked = once(registry, 'asked');
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  environment = {
    KAFKA_BROKERS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1', PROGRAMME_FILE, HTTP_PORT: '0',
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
  };
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  registry.close();
});

/** Told to stop while it waits for the registry: what it said, and how it ended. */
async function stopped({ child, finished }: Running, signal: NodeJS.Signals): Promise<{ code: number | null; said: string[]; stderr: string }> {
  await Promise.race([asked, finished]);
  child.kill(signal);
  const { code, stdout, stderr } = await finished;
  return { code, stderr, said: stdout.trim().split('\n').map((line) => (JSON.parse(line) as { msg: string }).msg) };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s while it connects is obeyed, and nothing is started', async (signal) => {
  expect(await stopped(startCli(['run'], environment), signal)).toEqual({ code: 0, said: ['starting', 'draining', 'stopped'], stderr: '' });
});

test('started by npm, the processor itself is told: npm waits for its end, and nothing is left running', async () => {
  // `finished` also waits for the end of everybody who holds the output: an orphan would be heard.
  const npm = startProgram('npm', ['run', '-s', 'tornaconto', '--', 'run'], environment);
  expect(await stopped(npm, 'SIGTERM')).toMatchObject({ code: 0, said: ['starting', 'draining', 'stopped'] });
});
