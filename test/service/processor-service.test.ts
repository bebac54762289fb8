/** Ready is said only of a process that is in its groups, and whose tasks all run. */
import { expect, test } from 'vitest';
import { LogError } from '../../ports/log.ts';
import { ProcessorService } from '../../service/processor-service.ts';
import type { Role } from '../../topology/names.ts';
import { Rig } from '../processors/rig.ts';

const TOPIC = 'card-transactions';
const READY = { ready: true, waitingFor: [] };
const AWAY = { ready: false, waitingFor: ['qualify: not a member of its group (Kafka is away, or the group rebalances)'] };

test('while Kafka is away, and while the group rebalances, it is not ready', async () => {
  const { rig, start, lastSource } = await stopped();
  const service = make(rig);
  expect(service.readiness()).toEqual({ ready: false, waitingFor: ['starting'] });
  await start(service);
  expect(service.readiness()).toEqual(READY);

  lastSource().revoke();
  expect(service.readiness()).toEqual(AWAY);
  await rig.passes(60_000);
  expect(service.readiness()).toEqual(AWAY);

  lastSource().assign([0]);
  expect(service.readiness()).toEqual({ ready: false, waitingFor: [`qualify ${TOPIC}/0: CLAIMING (claiming)`] });
  await rig.passes(1000);
  expect(service.readiness()).toEqual(READY);
});

test('a process that stands by is ready without a partition, as long as it is in the group', async () => {
  const { rig, start, lastSource } = await stopped();
  await start(make(rig));
  const standby = make(rig);
  await start(standby);
  expect(standby.statuses()).toMatchObject([{ role: 'qualify', isMember: true, tasks: [] }]);
  expect(standby.readiness()).toEqual(READY);
  lastSource().revoke();
  expect(standby.readiness()).toEqual(AWAY);
});

test('while it waits for enrol, it is never ready, and says for what', async () => {
  const { rig, start } = await stopped();
  const service = make(rig);
  await start(service);
  await rig.engine.publish('card-enrolments', 0, [rig.enrolment(1)]);
  await rig.engine.publish(TOPIC, 0, [rig.payment(1)]);
  await rig.passes(1000);
  const reason = 'card index shard 0 stands at 1 of 2: enrol is behind, or not running';
  for (let i = 0; i < 20; i++) {
    await rig.passes(50);
    expect(service.readiness()).toEqual({ ready: false, waitingFor: [`qualify ${TOPIC}/0: WAITING (${reason})`] });
  }
});

test('a closer that cannot reach its servers is not ready until a look succeeds; one that must not go on, never', async () => {
  const rig = await Rig.open({ arrival: 'broker', punctuateMs: 1000 });
  let failure: Error | null = new LogError('unavailable', 'Kafka is away');
  const { context } = rig.engine;
  const service = make(rig, ['close'], {
    ...context, producer: { append: (appends) => (failure === null ? context.producer.append(appends) : Promise.reject(failure)) },
  });
  await service.start();
  await rig.passes(1000);
  expect(service.readiness()).toEqual({ ready: false, waitingFor: ['close: trying again (Kafka is away)'] });
  failure = null;
  await rig.passes(20_000);
  expect(service.readiness()).toEqual(READY);
  failure = new LogError('out-of-range', 'a part of the log is gone');
  await rig.passes(20_000);
  expect(service.readiness()).toEqual({ ready: false, waitingFor: ['close: STOPPED (a part of the log is gone)'] });
});

/** One citizen's records folded, and nobody at work. */
async function stopped() {
  const rig = await Rig.folded(1);
  await rig.engine.stop();
  return {
    rig,
    start: async (service: ProcessorService) => {
      await service.start();
      await rig.passes(1000);
    },
    lastSource: () => rig.engine.log.sources().findLast(({ topic }) => topic === TOPIC)!,
  };
}

function make({ engine: { context: given, log, clock } }: Rig, roles: readonly Role[] = ['qualify'], context = given): ProcessorService {
  const fail = (error: Error): never => { throw error; };
  return new ProcessorService({
    roles, clock, prefix: '', context: () => ({ context, log }),
    onFault: ({ role, error }) => role === 'close' ? undefined : fail(error), onCrash: fail,
  });
}
