import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { SchemaRegistry } from '../../ports/registry.ts';
import { avroType } from '../../schemas/avro-type.ts';
import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { Serde } from '../../schemas/serde.ts';
import { UndecodableError } from '../../schemas/undecodable-error.ts';
import { ENROLMENT, SAMPLES, frame } from './samples.ts';

const SUBJECT = 'card-enrolments-value';
const VALUE = ENROLMENT.value;
const BODY = Buffer.from(ENROLMENT.bodyHex, 'hex');

interface RecordSchema { readonly fields: readonly { readonly name: string }[] }
const OURS = SCHEMAS.CardEnrolment as RecordSchema;
/** As a later release may have it. */
const NEWER = { ...OURS, fields: [{ name: 'channel', type: { type: 'array', items: 'string' }, default: [] }, ...OURS.fields] };

/** The embedded registry, but it can be down, and it counts questions. */
class Registry implements SchemaRegistry {
  readonly inner = new EmbeddedRegistry();
  down = false;
  asked: number[] = [];

  idOf(subject: string, schema: object): Promise<number> {
    return this.inner.idOf(subject, schema);
  }

  schemaOf(id: number): Promise<object | null> {
    if (this.down) return Promise.reject(new Error('connection refused'));
    this.asked.push(id);
    return this.inner.schemaOf(id);
  }
}

async function opened() {
  const registry = new Registry();
  const clock = { ms: 0, paused: (): unknown => undefined };
  const serde = await Serde.open(registry, SUBJECT, 'CardEnrolment', { nowMs: () => clock.ms, pause: async () => clock.paused() });
  return { registry, clock, serde };
}

const failure = (code: string, schemaId: number | null) =>
  expect.objectContaining({ name: 'UndecodableError', code, schemaId }) as Error;

test('reads an older reader\'s future: a field added by the writer is passed over', async () => {
  const { registry, serde } = await opened();
  const newerId = await registry.idOf(SUBJECT, NEWER);
  const value = frame(newerId, avroType(NEWER).toBuffer({ channel: ['app', 'web'], ...VALUE }));
  await serde.prepare([value]);
  expect(serde.decode(value)).toEqual(VALUE);
});

test('and a newer reader reads what was written before, by the default', async () => {
  const registry = new EmbeddedRegistry();
  const { fields, ...rest } = SCHEMAS.Quarantined as RecordSchema;
  const older = { ...rest, fields: fields.filter(({ name }) => name !== 'source') };
  const olderId = await registry.idOf('quarantine-value', older);
  const serde = await Serde.open(registry, 'quarantine-value', 'Quarantined');
  const { source: _, ...before } = {
    topic: 't', partition: 0, offset: 1, arrival: 2, reason: 'r', field: null, schemaId: 9, source: 'unused',
  };
  const value = frame(olderId, avroType(older).toBuffer(before));
  await serde.prepare([value]);
  expect(serde.decode(value)).toEqual({ ...before, source: null });
});

test('so is a ledger record that was written before its entries had lines', async () => {
  const registry = new EmbeddedRegistry();
  const { fields, ...rest } = SCHEMAS.LedgerRecord as RecordSchema;
  const older = { ...rest, fields: fields.filter(({ name }) => name !== 'origins' && name !== 'lines') };
  const olderId = await registry.idOf('ledger-value', older);
  const serde = await Serde.open(registry, 'ledger-value', 'LedgerRecord');
  const before = {
    sourcePartition: 3, firstOffset: 5, rules: 'r', citizens: ['a'], periods: [{ id: 'p', rules: 'q' }], entries: Buffer.from([1, 2]), layout: 1, closes: null,
  };
  const value = frame(olderId, avroType(older).toBuffer(before));
  await serde.prepare([value]);
  expect(serde.decode(value)).toEqual({ ...before, origins: [], lines: Buffer.alloc(0) });
});

test('does not open on a subject whose values it could not read', async () => {
  const registry = new EmbeddedRegistry();
  await registry.idOf(SUBJECT, { ...OURS, fields: OURS.fields.filter(({ name }) => name !== 'at') });
  await expect(Serde.open(registry, SUBJECT, 'CardEnrolment')).rejects.toThrow(/not BACKWARD compatible/);
});

test('a writer\'s schema that is asked once serves for ever', async () => {
  const { registry, clock, serde } = await opened();
  const value = frame(await registry.idOf(SUBJECT, NEWER), avroType(NEWER).toBuffer({ channel: [], ...VALUE }));
  await serde.prepare([value, value, serde.encode(VALUE), null, Buffer.from('no frame')]);
  clock.ms = 1e9;
  await serde.prepare([value]);
  expect(registry.asked).toEqual([2]);
});

test('an unknown id is asked again after a while, and a schema registered later is picked up', async () => {
  const { registry, clock, serde } = await opened();
  const value = frame(2, avroType(NEWER).toBuffer({ channel: [], ...VALUE }));
  await serde.prepare([value]);
  expect(() => serde.decode(value)).toThrow(failure('unknown-schema', 2));
  await registry.idOf(SUBJECT, NEWER);
  await serde.prepare([value]);
  expect(() => serde.decode(value)).toThrow(failure('unknown-schema', 2));
  expect(registry.asked).toEqual([2, 2, 2, 2]);
  clock.ms = 10_000;
  await serde.prepare([value]);
  expect(serde.decode(value)).toEqual(VALUE);
});

test('an id that is registered while it is asked for is no unknown one; nonsense beside it is asked so often once', async () => {
  const { registry, clock, serde } = await opened();
  const value = frame(2, avroType(NEWER).toBuffer({ channel: [], ...VALUE }));
  const nonsense = frame(99, BODY);
  clock.paused = () => registry.idOf(SUBJECT, NEWER);
  await serde.prepare([nonsense, value]);
  expect(serde.decode(value)).toEqual(VALUE);
  expect(() => serde.decode(nonsense)).toThrow(failure('unknown-schema', 99));
  expect(registry.asked).toEqual([99, 2, 99, 2, 99, 99]);
  clock.ms = 10_000;
  await serde.prepare([nonsense, value]);
  expect(registry.asked.slice(6)).toEqual([99]);
});

test('a batch full of nonsense is not asked for again', async () => {
  const { registry, serde } = await opened();
  await serde.prepare(Array.from({ length: 11 }, (_, i) => frame(100 + i, BODY)));
  expect(registry.asked).toHaveLength(11);
});

test('who asks for it meanwhile waits likewise: it is not unknown before it is for the one who asked first', async () => {
  const { registry, clock, serde } = await opened();
  const value = frame(2, avroType(NEWER).toBuffer({ channel: [], ...VALUE }));
  let second: Promise<void> | undefined;
  clock.paused = async () => {
    if (second !== undefined) await registry.idOf(SUBJECT, NEWER);
    second ??= serde.prepare([value]);
  };
  await serde.prepare([value]);
  await second;
  expect(serde.decode(value)).toEqual(VALUE);
});

test('a registry that is down is not an unknown id: prepare rejects, and nothing is decided', async () => {
  const { registry, serde } = await opened();
  const value = frame(await registry.idOf(SUBJECT, NEWER), avroType(NEWER).toBuffer({ channel: [], ...VALUE }));
  registry.down = true;
  await expect(serde.prepare([value])).rejects.toThrow('connection refused');
  expect(() => serde.decode(value)).toThrow('schema id 2 was not prepared before decode');
  expect(() => serde.decode(value)).not.toThrow(UndecodableError);
  registry.down = false;
  await serde.prepare([value]);
  expect(serde.decode(value)).toEqual(VALUE);
});

test.each([
  ['null', null, 'null-value', null],
  ['without a frame', BODY.subarray(1), 'no-frame', null],
  ['cut off', frame(1, BODY.subarray(0, -1)), 'not-of-schema', 1],
  ['followed by more', frame(1, Buffer.concat([BODY, BODY])), 'not-of-schema', 1],
  ['with a long beyond 2^53', frame(1, Buffer.concat([BODY.subarray(0, -8), Buffer.from('8080808080808020', 'hex')])), 'not-of-schema', 1],
  ['of another record\'s schema', frame(2, BODY), 'not-of-schema', 2],
  ['of a schema that is none', frame(3, BODY), 'not-of-schema', 3],
])('a value that is %s is undecodable', async (_, value, code, schemaId) => {
  const { registry, serde } = await opened();
  await registry.idOf('payouts-value', SCHEMAS.Payout);
  await registry.idOf('nonsense', { type: 'no such type' });
  await serde.prepare([value]);
  expect(() => serde.decode(value)).toThrow(failure(code, schemaId));
});

test('a body\'s count is not believed: no loop of hours, no memory of gigabytes', async () => {
  const serde = await Serde.open(new EmbeddedRegistry(), 'citizen-ledger-value', 'LedgerRecord');
  const bomb = Buffer.from('0000 00 808080808080808001'.replaceAll(' ', ''), 'hex');
  expect(() => serde.decode(frame(1, bomb))).toThrow(failure('not-of-schema', 1));
});

test('longs are exact to 2^53 - 1 on either side, where avsc\'s own would turn a sign', async () => {
  const serde = await Serde.open(new EmbeddedRegistry(), 'adjustments-value', 'Adjustment');
  const value = SAMPLES.find(({ name }) => name === 'Adjustment')!.value as Parameters<typeof serde.encode>[0];
  fc.assert(fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 31, -(2 ** 32), -(2 ** 52) - 1)), (amount) => {
    expect(serde.decode(serde.encode({ ...value, amount })).amount).toBe(amount === 0 ? 0 : amount);
  }));
  for (const amount of [2 ** 53, -(2 ** 53), 0.5, NaN]) {
    expect(() => serde.encode({ ...value, amount })).toThrow('cannot encode Adjustment: amount is not of the schema');
  }
});

test('no error repeats a value, read or written', async () => {
  const { serde } = await opened();
  const marker = '4111111111111111';
  const sound = serde.encode({ ...VALUE, citizenId: marker });
  const told: unknown[] = [];
  const tell = (call: () => unknown): void => {
    try {
      call();
    } catch (error) {
      told.push(error);
      expect(JSON.stringify([String(error), error, (error as Error).stack, (error as Error).cause])).not.toContain(marker);
    }
  };
  fc.assert(fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, byte) => {
    if (at > 0 && at < 5) return;
    const value = Buffer.from(sound);
    value[at] = byte;
    tell(() => serde.decode(value));
  }));
  tell(() => serde.encode({ ...VALUE, at: marker as unknown as number }));
  tell(() => serde.encode({ ...VALUE, event: marker as 'ENROLLED' }));
  tell(() => serde.encode(marker as never));
  expect(told.length).toBeGreaterThan(10);
  expect(told.slice(-3).map(String)).toEqual([
    'TypeError: cannot encode CardEnrolment: at is not of the schema',
    'TypeError: cannot encode CardEnrolment: event is not of the schema',
    'TypeError: cannot encode CardEnrolment: value is not of the schema',
  ]);
});

test('a value is its own: encoding another, however long, changes nothing of it', async () => {
  const { serde } = await opened();
  const before = serde.encode(VALUE);
  const long = { ...VALUE, citizenId: 'é'.repeat(100_000) };
  const value = serde.encode(long);
  await serde.prepare([value, before]);
  expect(serde.decode(value)).toEqual(long);
  expect(serde.decode(before)).toEqual(VALUE);
});
