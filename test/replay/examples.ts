/**
 * Points of the contract as small worlds, each with what must come of it, worked out by hand. They are what random worlds
 * meet too seldom, and keep the oracle and the pipeline from being wrong together.
 */
import type { FiveFiles, PeriodFile, World } from '../oracle/world.ts';

export interface Example {
  readonly what: string;
  readonly world: World;
  readonly file: keyof FiveFiles;
  /** Without header; payoutIds are left out. */
  readonly rows: readonly string[];
}

const PERIOD: PeriodFile = {
  id: 'p', from: '2021-03-01', until: '2021-03-08', grace: 'P7D',
  rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 1,
};
const SECOND: PeriodFile = { ...PERIOD, id: 'q', from: '2021-03-08', until: '2021-03-15' };
const PRIZE = { superCashback: { ranks: 1, cents: 500 } };

const CARD = { A: 'a1'.repeat(32), B: 'b2'.repeat(32), C: 'c3'.repeat(32) };
const NOTHING_MOVES = [enrolled('A', 'alice'), enrolled('B', 'Bob'), enrolled('C', 'alice')];
const DAY = '2021-03-05T12:00:00+01:00';

export const EXAMPLES: readonly Example[] = [
  example('a half cent is rounded down, more than half up', 'totals.csv', ['alice,p,2,4'],
    [pay({ amount: '15' }), pay({ id: '2', amount: '26' })]),
  example('the cap of a period applies where it is read: a reversal brings back what was above it', 'totals.csv', ['alice,p,2,15000'],
    [pay({ amount: '1500000' }), pay({ id: '2', amount: '1500000' }), pay({ id: '3', amount: '1500000' }), reverse({ amount: '1500000' })],
    [{ ...PERIOD, rateBasisPoints: 10_000, transactionCapCents: 10_000 }]),
  example('an uncorrelated reversal takes the latest payment, in whatever period', 'totals.csv', ['alice,p,1,10', 'alice,q,0,0'],
    [pay({ at: '2021-03-05T12:00:00Z' }), pay({ at: '2021-03-09T12:00:00Z' }), reverse({ at: '2021-03-10T12:00:00Z' })], [PERIOD, SECOND]),
  example('a correlated one takes the earliest first, each down to 0', 'totals.csv', ['alice,p,0,0', 'alice,q,1,5'],
    [
      pay({ at: '2021-03-05T12:00:00Z', link: 'X' }), pay({ at: '2021-03-09T12:00:00Z', link: 'X' }),
      reverse({ at: '2021-03-01T00:00:00Z', link: 'X', amount: '150' }),
    ], [PERIOD, SECOND]),
  example('between citizens with as many transactions the one who was done first', 'payouts.csv',
    ['Bob,p,CASHBACK,1,10', 'alice,p,CASHBACK,1,10', 'alice,p,SUPER_CASHBACK,1,500'],
    [pay({ card: 'B', at: '2021-03-06T12:00:00Z' }), pay({ card: 'A', at: '2021-03-05T12:00:00Z' })], [{ ...PERIOD, ...PRIZE }]),
  example('and done at once, by id, upper case before lower', 'payouts.csv',
    ['Bob,p,CASHBACK,1,10', 'alice,p,CASHBACK,1,10', 'Bob,p,SUPER_CASHBACK,1,500'],
    [pay({ card: 'A' }), pay({ card: 'B' })], [{ ...PERIOD, ...PRIZE }]),
  example('more transactions come before an earlier end', 'payouts.csv',
    ['Bob,p,CASHBACK,2,20', 'alice,p,CASHBACK,1,10', 'Bob,p,SUPER_CASHBACK,2,500'],
    [pay({ card: 'A' }), pay({ card: 'B', id: '2' }), pay({ card: 'B', id: '3', at: '2021-03-06T12:00:00Z' })], [{ ...PERIOD, ...PRIZE }]),
  example('a grace of days ends at the same time of day, also when clocks change', 'totals.csv', ['alice,p,1,10'],
    [pay({ at: '2021-03-26T12:00:00Z' })], [{ ...PERIOD, until: '2021-03-27', grace: 'P2D' }], {
      transactionFiles: (lines) => [
        { name: 'CSTAR.36081.TRNLOG.20210328.235959.001.csv', text: lines },
        { name: 'CSTAR.36081.TRNLOG.20210329.000000.001.csv', text: pay({ at: '2021-03-26T12:00:00Z', id: 'late' }) },
      ],
    }),
  example('a period closes at its deadline', 'payouts.csv', ['alice,p,CASHBACK,1,10'], [pay({})], [PERIOD], { asOf: '2021-03-15T00:00:00+01:00' }),
  example('and not a millisecond before', 'payouts.csv', [], [pay({})], [PERIOD], { asOf: '2021-03-14T23:59:59.999+01:00' }),
  example('a reversal after the close is an adjustment, and as-of hides no record', 'adjustments.csv', ['alice,p,-10'],
    [pay({}), reverse({ at: '2021-06-01T00:00:00Z' })], [PERIOD], { asOf: '2021-03-15T00:00:00+01:00' }),
  example('a payment of a later period that takes the reversal over gives back', 'adjustments.csv', ['alice,p,10'],
    [
      pay({ at: '2021-03-05T12:00:00Z' }), reverse({ at: '2021-03-16T12:00:00Z' }), pay({ at: '2021-03-16T12:00:00Z', id: '3' }),
    ], [{ ...PERIOD, grace: 'P10D' }, { ...SECOND, until: '2021-03-20', grace: 'P1M' }], {
      asOf: '2021-03-18T00:00:00+01:00',
      transactionFiles: (lines) => lines.split('\n').slice(0, -1).map((line, i) =>
        ({ name: `CSTAR.36081.TRNLOG.202103${[16, 17, 19][i]}.120000.001.csv`, text: line.replace('idr', `idr${i}`) })),
    }),
  example('ten minutes ahead is not the future', 'quarantine.csv', ['CSTAR.36081.TRNLOG.20210305.120000.001.csv,2,future,'],
    [pay({ at: '2021-03-05T12:10:00+01:00' }), pay({ at: '2021-03-05T12:10:00.001+01:00', id: '2' })], [PERIOD],
    { transactionFiles: (text) => [{ name: 'CSTAR.36081.TRNLOG.20210305.120000.001.csv', text }] }),
  example('of one arrival the file first by bytes, not by UTF-16', 'quarantine.csv', ['😀.csv,1,conflict,'],
    [pay({})], [PERIOD], { transactionFiles: (text) => [{ name: '😀.csv', text: pay({ amount: '999' }) }, { name: '\uffee.csv', text }] }),
  example('posType is no content', 'summary.json', ['read 3', 'applied 2', 'duplicate 1'], [pay({}), reverse({ link: 'X', virtual: true }), reverse({ link: 'X' })]),
  example('acquirers are told apart by their id too', 'totals.csv', ['alice,p,2,20'], [pay({}), pay({ acquirerId: '2' })]),
  example('a reversal is counted with the latest holder', 'quarantine.csv', [],
    [reverse({ card: 'C', link: 'X' }), reverse({ card: 'A', link: 'X' })], [PERIOD],
    { enrolments: [...NOTHING_MOVES, 'REMOVED,alice,A,2021-03-02T12:00:00Z', 'ENROLLED,carol,A,2021-03-02T13:00:00Z'] }),
  example('and goes to every holder so far', 'totals.csv', ['alice,p,0,0', 'carol,p,1,10'],
    [
      pay({ at: '2021-03-02T12:00:00Z' }), pay({ at: '2021-03-04T12:00:00Z', amount: '99' }), reverse({ at: '2021-03-06T12:00:00Z' }),
    ], [PERIOD],
    { enrolments: [...NOTHING_MOVES, 'REMOVED,alice,A,2021-03-02T12:00:00Z', 'ENROLLED,carol,A,2021-03-02T13:00:00Z'] }),
  example('a card counts from the day after, through the day of its removal', 'totals.csv', ['alice,p,2,20'],
    [
      pay({ at: '2021-03-01T23:59:59.999+01:00', id: 'before' }), pay({ at: '2021-03-02T00:00:00+01:00', id: 'first' }),
      pay({ at: '2021-03-04T23:59:59.999+01:00', id: 'last' }), pay({ at: '2021-03-05T00:00:00+01:00', id: 'after' }),
    ], [PERIOD], { enrolments: ['ENROLLED,alice,A,2021-03-01T00:00:00+01:00', 'REMOVED,alice,A,2021-03-04T00:00:00+01:00'] }),
  example('nothing is backdated', 'totals.csv', [], [pay({})], [PERIOD],
    { enrolments: ['ENROLLED,alice,A,2021-02-01T00:00:00Z', 'REMOVED,alice,A,2021-03-04T00:00:00Z', 'ENROLLED,alice,A,2021-02-01T00:00:00Z',
      'REMOVED,alice,A,2021-02-01T00:00:00Z'] }),
];

interface Given {
  readonly asOf?: string;
  readonly enrolments?: readonly string[];
  readonly transactionFiles?: (lines: string) => World['transactions'];
}

function example(
  what: string, file: keyof FiveFiles, rows: readonly string[], lines: readonly string[],
  periods: readonly PeriodFile[] = [PERIOD], { asOf = '2022-01-01T00:00:00Z', enrolments = NOTHING_MOVES, transactionFiles }: Given = {},
): Example {
  const text = lines.join('');
  const world: World = {
    programme: { programme: 'prova', timeZone: 'Europe/Rome', currency: '978', periods },
    enrolments: [{ name: 'e.csv', text: `hashPan,citizenId,event,at\n${enrolments.map(enrolmentLine).join('')}` }],
    transactions: transactionFiles?.(text) ?? [{ name: 't.csv', text }],
    asOf,
  };
  return { what, world, file, rows };
}

function enrolled(card: keyof typeof CARD, citizenId: string): string {
  return `ENROLLED,${citizenId},${card},2021-01-01T00:00:00Z`;
}

/** `event,citizen,card,at`, as it reads best here. */
function enrolmentLine(words: string): string {
  const [event, citizenId, card, at] = words.split(',') as [string, string, keyof typeof CARD, string];
  return `${CARD[card]},${citizenId},${event},${at}\n`;
}

interface Said {
  readonly card?: keyof typeof CARD;
  readonly at?: string;
  readonly id?: string;
  readonly amount?: string;
  readonly link?: string;
  readonly acquirerId?: string;
  readonly virtual?: boolean;
}

function pay(said: Said): string {
  return lineOf('00', { id: '1', ...said });
}

function reverse(said: Said): string {
  return lineOf('01', { id: 'idr', ...said });
}

function lineOf(type: string, { card = 'A', at = DAY, id, amount = '100', link = '', acquirerId = '1', virtual = false }: Said): string {
  return `36081;${type};00;${CARD[card]};${at};${id};9;${link};${amount};978;${acquirerId};m;t;402360;4900;;;${virtual ? '01' : '00'};\n`;
}
