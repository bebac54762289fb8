import { expect, test } from 'vitest';
import { Calendar } from '../../generate/calendar.ts';
import { Deliveries } from '../../generate/deliveries.ts';
import { Population } from '../../generate/population.ts';
import { periodDays, TIME_ZONE } from '../../generate/programme.ts';

function deliveriesOf(payments: number): Deliveries {
  const calendar = new Calendar(TIME_ZONE, '2020-11-20');
  const window = { firstDay: calendar.indexOf('2020-12-01'), lastDay: calendar.indexOf('2021-07-20') };
  const population = new Population({ seed: 1, citizens: 500, startDay: 18, endDay: window.lastDay }, () => undefined);
  return new Deliveries({ seed: 1, payments, calendar, window, periods: periodDays(calendar), population });
}

test('a file is made when it is asked for: the first ones of a thousand million lines come at once, and bounded', () => {
  const files = deliveriesOf(1_000_000_000).files();
  for (let i = 0; i < 2; i++) {
    const { value } = files.next();
    expect(value?.lines.length).toBeGreaterThan(49_000);
    expect(value?.lines.length).toBeLessThanOrEqual(50_000);
  }
});

test('lines within a file are nearly in time order, and files come in order of their days', () => {
  let [inOrder, pairs] = [0, 0];
  let lastDay = '';
  for (const { acquirer, lines } of deliveriesOf(60_000).files()) {
    if (acquirer.profile.code !== 'AQUIL') continue;
    // All of one acquirer's lines have one form, so text order is time order, before clocks change.
    const times = lines.map((line) => line.split(';')[4]!).filter((text) => text.endsWith('+01:00') && text < '2021-03');
    // Files that only carry what comes late.
    if (times.length < 20) continue;
    // The one in the middle: the first ones come from earlier days, and any may be malformed.
    const day = times[times.length >> 1]!.slice(0, 10);
    expect(day >= lastDay).toBe(true);
    lastDay = day;
    for (let i = 1; i < times.length; i++) {
      pairs++;
      if (times[i - 1]! <= times[i]!) inOrder++;
    }
  }
  expect(pairs).toBeGreaterThan(5000);
  expect(inOrder / pairs).toBeGreaterThan(0.93);
});
