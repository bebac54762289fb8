/** Several members: who has what, and what a member that has lost it can still do (nothing). */
import { expect, test } from 'vitest';
import { aWhile, many, Member, until, upTo } from '../harness.ts';
import type { Harness } from '../harness.ts';

export function membership(given: () => Harness): void {
  let groups = 0;
  const freshGroup = (): string => `members-${process.pid}-${Date.now()}-${groups++}`;

  async function filled(partitions: number, count: number): Promise<string> {
    const { log, topic } = given();
    const name = await topic({ partitions, timestamps: 'append' });
    await log.producer.append(upTo(partitions).map((partition) => ({ topic: name, partition, records: many(count) })));
    return name;
  }

  const shared = (members: readonly Member[]): number[] => members.flatMap(({ mine }) => [...mine]).sort((a, b) => a - b);

  test('two members share the partitions; when one leaves, the other has all', async () => {
    const name = await filled(4, 5);
    const group = freshGroup();
    const first = await Member.join(given(), name, group);
    expect(shared([first])).toEqual([0, 1, 2, 3]);
    const second = await Member.join(given(), name, group);
    await until(given(), 'two and two', () => first.mine.size === 2 && second.mine.size === 2);
    expect(shared([first, second])).toEqual([0, 1, 2, 3]);
    expect(first.events).toContain('revoked 0,1,2,3');
    await second.source.stop();
    await until(given(), 'all four', () => first.mine.size === 4);
    await until(given(), 'all records', () => upTo(4).every((partition) => first.records(partition).length >= 5));
    await first.source.stop();
  });

  test('what is assigned anew is paused, whatever it was before', async () => {
    const name = await filled(2, 5);
    const group = freshGroup();
    let startAt = 0;
    const first = await Member.join(given(), name, group, () => startAt);
    await until(given(), 'all', () => first.records(0).length === 5 && first.records(1).length === 5);
    startAt = -1;
    const second = await Member.join(given(), name, group, () => -1);
    await until(given(), 'one each', () => first.mine.size === 1 && second.mine.size === 1);
    await given().log.producer.append([0, 1].map((partition) => ({ topic: name, partition, records: many(5) })));
    await aWhile(given());
    expect(first.records(0).length + first.records(1).length).toBe(10);
    expect(second.batches).toEqual([]);
    await Promise.all([first.source.stop(), second.source.stop()]);
  });

  test('more members than partitions: one has none', async () => {
    const name = await filled(1, 5);
    const group = freshGroup();
    const first = await Member.join(given(), name, group);
    const second = await Member.join(given(), name, group);
    const isSettled = (): boolean => [first, second].some(({ events }) => events.at(-1) === 'assigned ');
    await until(given(), 'an assignment of nothing, and one of all', () => isSettled() && shared([first, second]).length === 1);
    expect(shared([first, second])).toEqual([0]);
    // It hears of every change as the others do: it cannot tell otherwise whether there still is a group.
    const idle = [first, second].find(({ mine }) => mine.size === 0)!;
    const before = idle.events.length;
    const third = await Member.join(given(), name, group);
    await until(given(), 'an assignment anew', () => idle.events.length > before && idle.events.at(-1)!.startsWith('assigned'));
    expect(idle.events.slice(before - 1, before + 1)).toEqual(['assigned ', 'revoked ']);
    await Promise.all([first, second, third].map(({ source }) => source.stop()));
  });

  test('groups know nothing of each other', async () => {
    const name = await filled(1, 5);
    const members = [await Member.join(given(), name, freshGroup()), await Member.join(given(), name, freshGroup())];
    await until(given(), 'all, twice', () => members.every((member) => member.records(0).length === 5));
    await Promise.all(members.map(({ source }) => source.stop()));
  });

  test('a commit is a copy: it moves nobody', async () => {
    const { committed } = given();
    const name = await filled(1, 5);
    const group = freshGroup();
    const first = await Member.join(given(), name, group, () => -1);
    await first.source.commit(0, 4);
    expect(await committed(name, group, 0)).toBe(4);
    await first.source.stop();
    const second = await Member.join(given(), name, group, () => 1);
    await until(given(), 'from 1 on', () => second.records(0).length > 0);
    expect(second.offsets(0)[0]).toBe(1);
    await second.source.stop();
  });

  test('stop waits for the batch under way, and nothing comes after it', async () => {
    const name = await filled(1, 5);
    const member = await Member.join(given(), name, freshGroup());
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    member.handle = async ({ records }) => { await held; return records[0]!.offset + 1; };
    await until(given(), 'a batch', () => member.batches.length === 1);
    let stopped = false;
    const stopping = member.source.stop().then(() => { stopped = true; });
    await aWhile(given());
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(member.batches.length).toBe(1);
    expect(member.crashes).toEqual([]);
  });

  test('the answer of a zombie changes nothing, and it is assigned anew', async () => {
    const { expel } = given();
    const name = await filled(1, 10);
    const group = freshGroup();
    const zombie = await Member.join(given(), name, group, () => 0);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    zombie.handle = async ({ records }) => { await held; return records.at(-1)!.offset + 1; };
    await until(given(), 'a batch', () => zombie.batches.length === 1);
    const heir = new Member(given().log.subscribe(name, group), () => 2);
    const joining = heir.source.start(heir);
    await expel(zombie.source);
    await joining;
    await until(given(), 'its own reading', () => heir.offsets(0).at(-1) === 9);
    const before = zombie.events.length;
    expect(zombie.batches.length).toBe(1);
    zombie.handle = ({ records }) => records.at(-1)!.offset + 1;
    release();
    await until(given(), 'the zombie in the group again', () => zombie.events.length > before && zombie.events.at(-1)!.startsWith('assigned'));
    expect(heir.offsets(0).slice(0, 8)).toEqual(upTo(8, 2));
    expect(zombie.crashes).toEqual([]);
    await Promise.all([zombie.source.stop(), heir.source.stop()]);
  });
}
