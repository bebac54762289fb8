import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ConfluentRegistry } from '../../registry/confluent-registry.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { Serde } from '../../schemas/serde.ts';
import { describeWithStack, freshPrefix, sharedStack } from '../stack/stack.ts';

const record = (...fields: object[]) => ({ type: 'record', name: 'R', namespace: 'tornaconto.test', fields });
const LONG = { name: 'a', type: 'long' };

/** What stands where the registry should: a proxy, a maintenance page. Not a mock of it: it breaks. */
const broken: { close: () => void }[] = [];
async function instead(listener: RequestListener): Promise<ConfluentRegistry> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  broken.push({ close: () => { server.closeAllConnections(); server.close(); } });
  return new ConfluentRegistry(`http://user:hush@127.0.0.1:${(server.address() as AddressInfo).port}/apis/ccompat/v7`);
}
afterEach(() => { for (const server of broken.splice(0)) server.close(); });

async function errorOf(work: Promise<unknown>): Promise<RegistryError> {
  const error = await work.then(() => undefined, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(RegistryError);
  return error as RegistryError;
}

describeWithStack('the schema registry', () => {
  const { registryUrl } = sharedStack();
  const registry = new ConfluentRegistry(registryUrl);

  test('gives one id for one schema, again and at once', async () => {
    const subject = `${freshPrefix()}r-value`;
    const ids = await Promise.all(Array.from({ length: 8 }, () => new ConfluentRegistry(registryUrl).idOf(subject, record(LONG))));
    expect(new Set(ids).size).toBe(1);
    expect(await registry.idOf(subject, record(LONG))).toBe(ids[0]);
  });

  test('a subject that it makes is BACKWARD compatible', async () => {
    const subject = `${freshPrefix()}r-value`;
    expect(await registry.subjects.compatibilityOf(subject)).toBeNull();
    await registry.idOf(subject, record(LONG));
    expect(await registry.subjects.compatibilityOf(subject)).toBe('BACKWARD');
  });

  test('takes a schema that can read the one before, and refuses one that cannot', async () => {
    const subject = `${freshPrefix()}r-value`;
    const first = await registry.idOf(subject, record(LONG));
    const next = record(LONG, { name: 'b', type: ['null', 'string'], default: null });
    expect(await registry.idOf(subject, next)).not.toBe(first);
    const error = await errorOf(registry.idOf(subject, record({ name: 'other', type: 'long' })));
    expect(error).toMatchObject({ code: 'incompatible', remedy: 'stop' });
    expect(error.message).toContain(subject);
  });

  test('stops at a subject with another compatibility, instead of changing what is there', async () => {
    const subject = `${freshPrefix()}r-value`;
    await registry.idOf(subject, record(LONG));
    await fetch(`${registryUrl}/config/${subject}`, {
      method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ compatibility: 'FULL' }),
    });
    const error = await errorOf(registry.idOf(subject, record(LONG)));
    expect(error).toMatchObject({ code: 'incompatible', remedy: 'stop' });
    expect(error.message).toBe(`subject ${subject} has compatibility FULL, must have BACKWARD`);
    expect(await registry.subjects.compatibilityOf(subject)).toBe('FULL');
  });

  test('an id that nobody has is null', async () => {
    expect(await registry.schemaOf(2_000_000_000)).toBeNull();
  });

  test('a schema comes back as what it reads and writes', async () => {
    const prefix = freshPrefix();
    for (const name of ['CardTransaction', 'LedgerRecord', 'Quarantined'] as const) {
      const id = await registry.idOf(`${prefix}${name}-value`, SCHEMAS[name]);
      const schema = await new ConfluentRegistry(registryUrl).schemaOf(id);
      expect(schema).toMatchObject({ type: 'record', name: `tornaconto.${name}` });
    }
  });

  test('a serde over it reads what another writer wrote with an older schema', async () => {
    const prefix = freshPrefix();
    const topic = `${prefix}card-enrolments-value`;
    const serde = await Serde.open(new ConfluentRegistry(registryUrl), topic, 'CardEnrolment');
    const enrolment = { hashPan: Buffer.alloc(32, 7), citizenId: 'ada', event: 'ENROLLED' as const, at: 1_600_000_000_000 };
    const value = serde.encode(enrolment);
    const reader = await Serde.open(new ConfluentRegistry(registryUrl), `${prefix}x-value`, 'CardEnrolment');
    await reader.prepare([value]);
    expect(reader.decode(value)).toEqual(enrolment);
  });

  test('a schema that is no record is an object all the same', async () => {
    const subject = `${freshPrefix()}r-value`;
    const response = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ schema: '"string"' }),
    });
    const { id } = await response.json() as { id: number };
    expect(await registry.schemaOf(id)).toEqual({ type: 'string' });
  });

  test('says what a subject is, and changes nothing', async () => {
    const subject = `${freshPrefix()}r-value`;
    expect(await registry.subjects.stateOf(subject, record(LONG))).toEqual({ compatibility: null, schemaId: null, fits: true });
    const id = await registry.idOf(subject, record(LONG));
    expect(await registry.subjects.stateOf(subject, record(LONG))).toEqual({ compatibility: 'BACKWARD', schemaId: id, fits: true });
    expect(await registry.subjects.stateOf(subject, record({ name: 'b', type: 'long' })))
      .toEqual({ compatibility: 'BACKWARD', schemaId: null, fits: false });
  });

  // Apicurio says NONE when it is asked for the subject's own; Confluent's registry says that there is none.
  test('a subject without a level of its own has the registry\'s', async () => {
    const confluent = (schemaId: number | null) => instead(({ url, method }, response) => {
      const answer = (status: number, body: object): void => { response.writeHead(status).end(JSON.stringify(body)); };
      if (url!.endsWith('/config/s-value?defaultToGlobal=true')) answer(200, { compatibilityLevel: 'FULL' });
      else if (url!.endsWith('/config/s-value')) answer(404, { error_code: 40408, message: 'Subject \'s-value\' does not have subject-level compatibility configured' });
      else if (method === 'POST' && url!.endsWith('/subjects/s-value') && schemaId !== null) answer(200, { id: schemaId });
      else answer(404, { error_code: 40401, message: 'Subject \'s-value\' not found.' });
    });
    expect(await (await confluent(7)).subjects.stateOf('s-value', record(LONG))).toEqual({ compatibility: 'FULL', schemaId: 7, fits: true });
    expect(await (await confluent(null)).subjects.stateOf('s-value', record(LONG))).toEqual({ compatibility: null, schemaId: null, fits: true });
  });

  // An unknown id quarantines a record for ever: none of these may be taken for one.
  test.each<[string, RequestListener]>([
    ['a maintenance page', (_, response) => { response.writeHead(503).end('<html>'); }],
    ['a proxy\'s 404', (_, response) => { response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not found</html>'); }],
    ['a wrong path\'s 404', (_, response) => { response.writeHead(404).end('{"title":"no such path","status":404}'); }],
    ['a page that says 200', (_, response) => { response.writeHead(200).end('<html>welcome</html>'); }],
    ['an empty answer', (_, response) => { response.writeHead(404).end(); }],
    ['a connection that breaks off', (request) => { request.socket.destroy(); }],
    ['another\'s answer', (_, response) => { response.writeHead(200).end('{}'); }],
  ])('%s is unavailable: again, later', async (_, listener) => {
    const unreachable = await instead(listener);
    for (const work of [() => unreachable.schemaOf(1), () => unreachable.idOf('s-value', record(LONG))]) {
      const error = await errorOf(work());
      expect(error).toMatchObject({ code: 'unavailable', remedy: 'retry' });
      expect(error.message).not.toContain('hush');
    }
  });

  test('control: a registry\'s own 404 is an unknown id', async () => {
    const answering = await instead((_, response) => { response.writeHead(404).end('{"error_code":40403,"message":"Schema 1 not found."}'); });
    expect(await answering.schemaOf(1)).toBeNull();
  });

  test('a refusal of the credentials stops', async () => {
    let seen = '';
    const closed = await instead((request, response) => {
      seen = request.headers.authorization ?? '';
      response.writeHead(401).end('{"error_code":401,"message":"Unauthorized"}');
    });
    expect(await errorOf(closed.schemaOf(1))).toMatchObject({ code: 'unauthorised', remedy: 'stop' });
    expect(seen).toBe(`Basic ${Buffer.from('user:hush').toString('base64')}`);
  });

  test('one that does not listen is unavailable', async () => {
    const absent = new ConfluentRegistry('http://127.0.0.1:1/apis/ccompat/v7');
    expect(await errorOf(absent.schemaOf(1))).toMatchObject({ code: 'unavailable', remedy: 'retry' });
    expect(await errorOf(absent.idOf('s-value', record(LONG)))).toMatchObject({ code: 'unavailable', remedy: 'retry' });
  });
});
