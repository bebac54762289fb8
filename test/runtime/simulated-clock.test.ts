import { expect, test } from 'vitest';
import { SimulatedClock } from '../../runtime/simulated-clock.ts';

test('timers fire at their times, in order, those made meanwhile too', () => {
  const clock = new SimulatedClock(1000);
  const fired: string[] = [];
  const note = (name: string) => () => { fired.push(`${name}@${clock.nowMs()}`); };
  clock.after(50, note('later'));
  clock.after(10, note('first'));
  clock.after(10, note('second'));
  clock.after(20, () => { note('maker')(); clock.after(5, note('made')); clock.after(-5, note('at once')); });
  clock.after(30, note('cancelled'))();
  expect(clock.nextTimerMs()).toBe(1010);
  clock.advanceTo(1040);
  expect(fired).toEqual(['first@1010', 'second@1010', 'maker@1020', 'at once@1020', 'made@1025']);
  expect([clock.nowMs(), clock.nextTimerMs()]).toEqual([1040, 1050]);
  clock.advanceTo(1050);
  expect(fired.at(-1)).toBe('later@1050');
  expect(clock.nextTimerMs()).toBeNull();
});

test('time does not go back', () => {
  const clock = new SimulatedClock(10);
  expect(() => clock.advanceTo(9)).toThrow(RangeError);
  expect(() => clock.advanceTo(Number.NaN)).toThrow(RangeError);
  clock.advanceTo(10);
});
