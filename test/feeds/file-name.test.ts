import { describe, expect, test } from 'vitest';
import { arrivalOfName, compareNames } from '../../feeds/file-name.ts';
import { Calendar } from '../../programme/calendar.ts';

const rome = new Calendar('Europe/Rome');

describe('the arrival that a file name tells', () => {
  test.each([
    ['CSTAR.36081.TRNLOG.20210115.101500.001.csv', '2021-01-15T09:15:00Z'],
    ['CSTAR.36081.TRNLOG.20210115.101500.001.csv.gz', '2021-01-15T09:15:00Z'],
    ['CSTAR.aB0zZ.TRNLOG.20200229.235959.999.csv', '2020-02-29T22:59:59Z'],
    ['CSTAR.36081.TRNLOG.20210701.000000.000.csv', '2021-06-30T22:00:00Z'],
    // 02:30 does not exist on 28 March 2021: forward by the gap.
    ['CSTAR.36081.TRNLOG.20210328.023000.001.csv', '2021-03-28T01:30:00Z'],
    // 02:30 occurs twice on 25 October 2020: the first.
    ['CSTAR.36081.TRNLOG.20201025.023000.001.csv', '2020-10-25T00:30:00Z'],
  ])('%s', (name, instant) => {
    expect(arrivalOfName(name, rome)).toBe(Date.parse(instant));
  });

  test.each([
    'transactions.csv',
    'CSTAR.3608.TRNLOG.20210115.101500.001.csv',
    'CSTAR.360811.TRNLOG.20210115.101500.001.csv',
    'CSTAR.3608é.TRNLOG.20210115.101500.001.csv',
    'cstar.36081.TRNLOG.20210115.101500.001.csv',
    'CSTAR.36081.TRNLOG.20210115.101500.01.csv',
    'CSTAR.36081.TRNLOG.20210115.101500.0001.csv',
    'CSTAR.36081.TRNLOG.20210115.101500.001.CSV',
    'CSTAR.36081.TRNLOG.20210115.101500.001.csv.gz.gz',
    'CSTAR.36081.TRNLOG.20210115.101500.001.csv\n',
    'xCSTAR.36081.TRNLOG.20210115.101500.001.csv',
    'CSTAR-36081-TRNLOG-20210115-101500-001-csv',
    'CSTAR.36081.TRNLOG.20210230.101500.001.csv',
    'CSTAR.36081.TRNLOG.20210229.101500.001.csv',
    'CSTAR.36081.TRNLOG.20211301.101500.001.csv',
    'CSTAR.36081.TRNLOG.20210100.101500.001.csv',
    'CSTAR.36081.TRNLOG.20210115.240000.001.csv',
    'CSTAR.36081.TRNLOG.20210115.106000.001.csv',
    'CSTAR.36081.TRNLOG.20210115.101560.001.csv',
  ])('none: %j', (name) => {
    expect(arrivalOfName(name, rome)).toBeNull();
  });
});

test('names are compared by their UTF-8 bytes', () => {
  // UTF-16 would put the emoji (a surrogate, D83D) before U+FF5E.
  expect(['\uff5e', '😀', 'a', 'B'].sort(compareNames)).toEqual(['B', 'a', '\uff5e', '😀']);
  expect(['\uff5e', '😀'].sort()).toEqual(['😀', '\uff5e']);
});
