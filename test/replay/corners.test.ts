/** What random worlds never hold: the ends of the calendar, names that are nearly of the standard, files of nothing. */
import { expect, test } from 'vitest';
import { oracle } from '../oracle/oracle.ts';
import type { FeedFile, PeriodFile, World } from '../oracle/world.ts';
import { comparable, replayed } from './run.ts';

const CARD = 'a1'.repeat(32);
const PERIOD: PeriodFile = {
  id: 'p', from: '2021-03-01', until: '2021-03-20', grace: 'P7D',
  rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 1,
};
const DAY = '2021-03-05T12:00:00Z';
const FIRST_INSTANT = '0000-01-01T00:00:00+23:59';
const LAST_INSTANT = '9999-12-31T23:59:59.999-23:59';

const CORNERS: Readonly<Record<string, World>> = {
  'the ends of the calendar': world([
    { name: 't.csv', text: [pay(FIRST_INSTANT, '1'), pay(LAST_INSTANT, '2'), pay(DAY, '3'), reverse(LAST_INSTANT), reverse('0000-01-02T23:59:59.999-23:59')].join('') },
  ], { enrolledAt: FIRST_INSTANT, asOf: LAST_INSTANT }),
  'a card enrolled on the last day there is, and nothing closed': world([{ name: 't.csv', text: pay(LAST_INSTANT, '1') }], { enrolledAt: LAST_INSTANT, asOf: FIRST_INSTANT }),
  'no periods': world([{ name: 't.csv', text: pay(DAY, '1') }], { periods: [] }),
  'a prize of nothing': world([{ name: 't.csv', text: pay(DAY, '1') }], { periods: [{ ...PERIOD, superCashback: { ranks: 5, cents: 0 } }] }),
  'every part of a duration, days that are missing, an hour that comes twice': world([{ name: 't.csv', text: pay(DAY, '1') + pay('2021-06-05T00:00:00Z', '2') }], {
    asOf: '2021-11-30T02:30:00+01:00',
    periods: [
      { ...PERIOD, grace: 'P0Y0M0W0DT0H0M0S' }, { ...PERIOD, id: 'q', from: '2021-05-31', until: '2021-10-31T02:30', grace: 'P1M' },
      { ...PERIOD, id: 'r', from: '2022-01-01', until: '2024-02-29', grace: 'P1Y1M1W1DT1H1M1S' },
    ],
  }),
  'files that arrive in an hour that is missing, around a deadline in it': world(
    ['015959', '023000', '025959', '030000', '033000'].map((time, i) => ({ name: `CSTAR.36081.TRNLOG.20210328.${time}.001.csv`, text: pay(DAY, `${i}`) })),
    { periods: [{ ...PERIOD, grace: 'P8DT3H' }, { ...PERIOD, id: 'q', from: '2021-03-20', until: '2021-03-27', grace: 'P1DT2H30M' }] }),
  'names that are nearly of the standard': world([
    '20210230.120000.001.csv', '20210105.240000.001.csv', '20210105.235960.001.csv', '20210105.120000.0001.csv', '20210105.120000.001.CSV',
    '20210105.120000.001.csv.gz.csv', '20210105.120000.001.csv', '00000105.120000.001.csv', '20210105.120000.001.csv\n',
  ].map((rest, i) => ({ name: `CSTAR.36081.TRNLOG.${rest}`, text: pay(DAY, `${i}`) }))),
  'names that must be quoted, or need not': world([' a.csv', 'b\nb.csv', 'c\rc.csv', 'd\t.csv', '"e".csv', '\'f.csv', ';.csv', 'g,g.csv'].map((name) => ({ name, text: 'x\n' }))),
  'files of nothing': world([['t.csv', ''], ['u.csv.gz', ''], ['n.csv', '\n'], ['r.csv', '\r'], ['v.csv', '\n\r\n\r']].map(([name, text]) => ({ name: name!, text: text! }))),
  'a card that 600 citizens have had, a day each: a reversal goes to all of them': {
    ...world([{ name: 't.csv', text: pay('2021-03-02T12:00:00Z', '1') + pay('2021-03-19T12:00:00Z', '2') + reverse('2023-01-01T00:00:00Z').repeat(2) }]),
    enrolments: [{ name: 'e.csv', text: `hashPan,citizenId,event,at\n${handedOn(600)}` }],
  },
  'one name for all files': { ...world([{ name: 't.csv', text: 'x\nx\n' }, { name: 't.csv', text: `x\n${pay(DAY, '1').replace('978', '840')}` }]), enrolments: [{ name: 't.csv', text: 'hashPan,citizenId,event,at\nx\n' }] },
};

test.each(Object.keys(CORNERS))('%s: as the oracle has it', async (name) => {
  expect(comparable(await replayed(CORNERS[name]!))).toEqual(comparable(oracle(CORNERS[name]!)));
});

function handedOn(citizens: number): string {
  const line = (citizen: number, event: string, day: number) =>
    `${CARD},citizen-${citizen},${event},${new Date(Date.UTC(2021, 2, 1 + day, 12)).toISOString()}\n`;
  return Array.from({ length: citizens }, (_, i) => line(i, 'ENROLLED', i) + line(i, 'REMOVED', i + 1)).join('');
}

interface Given {
  readonly enrolledAt?: string;
  readonly asOf?: string;
  readonly periods?: readonly PeriodFile[];
}

function world(
  transactions: readonly FeedFile[],
  { enrolledAt = '2021-01-01T00:00:00Z', asOf = '2022-01-01T00:00:00Z', periods = [PERIOD] }: Given = {},
): World {
  return {
    programme: { programme: 'prova', timeZone: 'Europe/Rome', currency: '978', periods }, transactions, asOf,
    enrolments: [{ name: 'e.csv', text: `hashPan,citizenId,event,at\n${CARD},alice,ENROLLED,${enrolledAt}\n` }],
  };
}

function pay(at: string, id: string): string {
  return `36081;00;00;${CARD};${at};${id};9;;100;978;1;m;t;402360;4900;;;00;\n`;
}

function reverse(at: string): string {
  return pay(at, 'r').replace(';00;', ';01;');
}
