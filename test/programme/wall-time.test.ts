import { describe, expect, it } from 'vitest';
import { parseLocalMoment } from '../../programme/wall-time.ts';

const DAY = { year: 2021, month: 3, day: 28, hour: 0, minute: 0, second: 0, millisecond: 0 };

describe('parseLocalMoment', () => {
  it.each([
    ['2021-03-28', DAY],
    ['2021-03-28T00:00', DAY],
    ['2021-03-28T23:59', { ...DAY, hour: 23, minute: 59 }],
    ['2021-03-28T02:30:15', { ...DAY, hour: 2, minute: 30, second: 15 }],
    ['2021-03-28T02:30:15.007', { ...DAY, hour: 2, minute: 30, second: 15, millisecond: 7 }],
    ['2020-02-29', { ...DAY, year: 2020, month: 2, day: 29 }],
  ])('%s', (text, wall) => { expect(parseLocalMoment(text)).toEqual(wall); });

  it.each([
    '', '2021-3-28', '2021-02-29', '2021-04-31', '2021-00-10', '2021-13-01', '21-03-28', '2021/03/28', '20210328', '2021-03-28T', '2021-03-28T10',
    '2021-03-28T24:00', '2021-03-28T10:60', '2021-03-28T10:00:60', '2021-03-28T10:00:00.1', '2021-03-28T10:00.100', '2021-03-28t10:00',
    '2021-03-28 10:00', '2021-03-28T10:00Z', '2021-03-28T10:00:00+01:00', '2021-03-28Z', ' 2021-03-28', '2021-03-28\n', '+002021-03-28', '2021-W12-7',
  ].map((text) => [text]))('refuses %j', (text) => { expect(parseLocalMoment(text)).toBeNull(); });
});
