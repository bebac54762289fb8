/**
 * The programme file: what the contract shows is read, and each refusal of section 1 names its key.
 */
import { describe, expect, it } from 'vitest';
import { ProgrammeError, parseProgramme } from '../../programme/parse.ts';
import { CHRISTMAS, FILE, FIRST_HALF, PROGRAMME, ms, programmeOf } from './examples.ts';

type Change = readonly [key: string, change: unknown];
const CHECK = 'secret-value';

/** The contract's file with one key of it changed; `undefined` takes the key away. */
const topWith = (...[key, value]: Change): object => ({ ...FILE, [key]: value });
const periodWith = (...[key, value]: Change): object => ({ ...FILE, periods: [CHRISTMAS, { ...FIRST_HALF, [key]: value }] });
const prizeWith = (...[key, value]: Change): object => periodWith('superCashback', { ...FIRST_HALF.superCashback, [key]: value });

const AMOUNTS = ['rateBasisPoints', 'transactionCapCents', 'periodCapCents', 'minimumTransactions'];
const badAmounts = [-1, 0.5, 1e21, CHECK, null, true, undefined];
const badDates = ['', CHECK, '2021-02-30', '2021-1-1', '2021-01-01T24:00', '2021-01-01T00:00:60', '2021-01-01T00:00Z', '2021-01-01T00:00:00+01:00', 20210101, null, undefined];

const REFUSED: readonly (readonly [key: string, values: readonly unknown[], change: (key: string, value: unknown) => object, path: string])[] = [
  ['programme', ['', 'a b', 'a/b', 'à', 'x'.repeat(65), 1, null, undefined], topWith, 'programme'],
  ['timeZone', ['', 'Europe/Atlantis', CHECK, 'Europe/Rome ', '+01:00', '2020-01-01T00:00:00Z', '2020-01-01T00:00[Europe/Rome]', 1, null, undefined], topWith, 'timeZone'],
  ['currency', ['', '97', '9780', 'EUR', '97 ', '٩٧٨', 978, null, undefined], topWith, 'currency'],
  ['periods', [{}, CHECK, 1, null, undefined], topWith, 'periods'],
  ['other', [1, null, CHECK], topWith, 'other'],
  ['id', ['', 'a b', 'x'.repeat(65), CHRISTMAS.id, 1, null, undefined], periodWith, 'periods[1].id'],
  ['from', badDates, periodWith, 'periods[1].from'],
  ['until', [...badDates, FIRST_HALF.from, '2020-06-01'], periodWith, 'periods[1].until'],
  ['grace', ['', 'P', '30D', 'P-1D', 'P1.5D', 'PT', 'p30d', CHECK, 'P4294967295Y', 30, null, undefined], periodWith, 'periods[1].grace'],
  ...AMOUNTS.map((key) => [key, badAmounts, periodWith, `periods[1].${key}`] as const),
  ['rateBasisPoints', [10_001], periodWith, 'periods[1].rateBasisPoints'],
  ['superCashback', [null, 1, CHECK, []], periodWith, 'periods[1].superCashback'],
  ['ranks', badAmounts, prizeWith, 'periods[1].superCashback.ranks'],
  ['cents', badAmounts, prizeWith, 'periods[1].superCashback.cents'],
  ['other', [1], prizeWith, 'periods[1].superCashback.other'],
  ['supercashback', [FIRST_HALF.superCashback], periodWith, 'periods[1].supercashback'],
  ['from', ['2020-12-31', '2020-12-31T23:59:59.999', '2020-01-01'], periodWith, 'periods[1].from'], // overlaps
];

function refusalOf(text: string): ProgrammeError {
  try {
    parseProgramme(text);
  } catch (error) {
    if (error instanceof ProgrammeError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a refused programme file', () => {
  const cases = REFUSED.flatMap(([key, values, change, path]) => values.map((value) => [path, value, change(key, value)] as const));
  it.each(cases)('%s: %j', (path, _, file) => {
    const { key, message } = refusalOf(JSON.stringify(file));
    expect(key).toBe(path);
    expect(message).toContain(path);
    expect(message).not.toContain(CHECK);
  });

  it.each(['0.5', '1e-400', '-1e-400', '1.0000000000000000001', '15000.00000000000000001', '9007199254740991.4', '15e-1'])('a fraction, however small: %s', (literal) => {
    const { key, message } = refusalOf(JSON.stringify(periodWith('periodCapCents', 'HERE')).replace('"HERE"', literal));
    expect([key, message]).toEqual(['periods[1].periodCapCents', expect.stringContaining('must be a whole number')]);
  });

  it.each(['15000.0', '1.5e4', '150000e-1', '0.15E+5', '15000.000e0'])('control: %s is whole', (literal) => {
    expect(parseProgramme(JSON.stringify(periodWith('periodCapCents', 'HERE')).replace('"HERE"', literal)).periods[1]!.periodCapCents).toBe(15_000);
  });

  it('nesting without end, and a key of any length and characters, in one short line', () => {
    expect(refusalOf(JSON.stringify(periodWith('periodCapCents', 'HERE')).replace('"HERE"', '['.repeat(50_000) + ']'.repeat(50_000))).message).toMatch(/nested too deeply|whole number/);
    const { message } = refusalOf(JSON.stringify(topWith(`a\n\u001b\u202e${'x'.repeat(5000)}`, 1)));
    expect(message).toMatch(/^[\x20-\x7e…]{1,150}$/);
  });

  it('control: unchanged it is accepted', () => { expect(() => refusalOf(JSON.stringify(FILE))).toThrow('was accepted'); });

  it.each([
    ['programme', JSON.stringify(FILE).replace('{', '{"programme":"cashback-2020",')],
    ['periods[0].id', JSON.stringify(FILE).replace('"id"', '"id":"x","id"')],
    ['periods[0].id', JSON.stringify(FILE).replace('"id"', '"\\u0069d":"x","id"')],
    ['periods[1].superCashback.ranks', JSON.stringify(FILE).replace('"ranks"', '"ranks":1,"ranks"')],
    ['periods', JSON.stringify(FILE).replace('"periods"', '"periods":[],"periods"')],
  ])('names the repeated key %s', (path, text) => {
    expect(refusalOf(text)).toMatchObject({ key: path, message: `programme file: ${path}: repeated key` });
  });

  it('names keys that JSON treats in its own way', () => {
    expect(refusalOf(JSON.stringify(FILE).replace('{', '{"__proto__":{},')).key).toBe('__proto__');
    expect(refusalOf(JSON.stringify(topWith('constructor', 1))).key).toBe('constructor');
  });

  it.each(['', '{', '[]', 'null', '"x"', JSON.stringify(FILE).replace('}', ',}'), `${JSON.stringify(FILE)}}`])('is no object: %j', (text) => {
    expect(refusalOf(text).message).toMatch(/^programme file: /);
  });

  it('says where JSON breaks, and repeats nothing of it', () => {
    expect(refusalOf(`{"programme": ${CHECK}}`).message).not.toContain('secret');
  });
});

describe('a programme', () => {
  it('of the contract is resolved in its time zone', () => {
    const [christmas, firstHalf] = PROGRAMME.periods;
    expect(PROGRAMME).toMatchObject({ programme: 'cashback-2020', timeZone: 'Europe/Rome', currency: '978' });
    expect(christmas).toMatchObject({
      id: '2020-christmas', fromMs: ms('2020-12-08T00:00:00+01:00'), untilMs: ms('2021-01-01T00:00:00+01:00'), deadlineMs: ms('2021-01-31T00:00:00+01:00'),
      rank: 1, rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 10, superCashback: null,
    });
    expect(firstHalf).toMatchObject({ untilMs: ms('2021-07-01T00:00:00+02:00'), deadlineMs: ms('2021-07-31T00:00:00+02:00'), rank: 2, superCashback: { ranks: 100_000, cents: 150_000 } });
  });

  it('may have ids of 64 characters, amounts of 0, a rate of 10000, and periods that touch', () => {
    const programme = programmeOf(
      { id: 'a'.repeat(64), rateBasisPoints: 10_000, transactionCapCents: 0, periodCapCents: 0, minimumTransactions: 0, superCashback: { ranks: 0, cents: 0 } },
      { id: '.-_:', from: '2021-01-01', until: '2021-01-01T00:00:00.001', grace: 'PT0S' },
    );
    expect(programme.periods).toHaveLength(2);
  });

  it('has its periods in time order, whatever the order in the file, and by deadline', () => {
    const programme = programmeOf(
      { id: 'third', from: '2021-03-01', until: '2021-04-01', grace: 'P0D' },
      { id: 'first', from: '2021-01-01', until: '2021-02-01', grace: 'P1Y' },
      { id: 'second', from: '2021-02-01', until: '2021-03-01', grace: 'P31D' },
    );
    expect(programme.periods.map(({ id }) => id)).toEqual(['first', 'second', 'third']);
    // The second's deadline, 1 April, is the third's: then the order is theirs in time.
    expect(programme.byDeadline.map(({ id, rank }) => [id, rank])).toEqual([['second', 1], ['third', 2], ['first', 3]]);
  });

  it('tells rules apart by their hash: every key counts, the order of periods and white space do not', () => {
    const hashOf = (file: object): string => parseProgramme(JSON.stringify(file)).rulesHash;
    const changed = [
      topWith('programme', 'x'), topWith('timeZone', 'Europe/Paris'), topWith('currency', '840'), periodWith('id', 'x'), periodWith('from', '2021-01-02'),
      periodWith('until', '2021-06-30'), periodWith('grace', 'P31D'), ...AMOUNTS.map((key) => periodWith(key, 7)),
      periodWith('superCashback', undefined), prizeWith('ranks', 7), prizeWith('cents', 7),
    ].map(hashOf);
    expect(new Set([hashOf(FILE), ...changed]).size).toBe(changed.length + 1);
    expect(parseProgramme(JSON.stringify({ ...FILE, periods: [FIRST_HALF, CHRISTMAS] }, null, 4)).rulesHash).toBe(hashOf(FILE));
  });
});
