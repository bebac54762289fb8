/**
 * Judging (contract, section 2 rule 2): the table in the contract's order. Each verdict is met by a record that would
 * meet all the later ones too, so the order shows.
 */
import { describe, expect, it } from 'vitest';
import type { CardHistory } from '../../programme/holding.ts';
import { judge, type Facts, type Verdict } from '../../programme/judging.ts';
import { PROGRAMME, ms, programmeOf } from './examples.ts';

const [CHRISTMAS, FIRST_HALF] = PROGRAMME.periods;
/** A until 20 December, nobody, then B from 2 January on. */
const HISTORY: CardHistory = [
  { fromMs: ms('2020-12-10T00:00:00+01:00'), citizenId: 'A' },
  { fromMs: ms('2020-12-20T00:00:00+01:00'), citizenId: null },
  { fromMs: ms('2021-01-02T00:00:00+01:00'), citizenId: 'B' },
];

interface Case extends Partial<Omit<Facts, 'trxDate'>> { trxDate?: string; arrival?: string; history?: CardHistory }

function judged({ trxDate = '2020-12-12T12:00:00+01:00', arrival = '2020-12-13T12:00:00+01:00', history = HISTORY, ...facts }: Case): Verdict {
  return judge(PROGRAMME, { reversal: false, virtual: false, hasCorrelationId: true, ownCurrency: true, ...facts, trxDate: ms(trxDate) }, ms(arrival), history);
}
const dropped = (reason: string) => ({ kind: 'dropped', reason });
const quarantined = (reason: string) => ({ kind: 'quarantined', reason });

const LATE = '2021-01-31T00:00:00+01:00';
const BEFORE_PERIODS = '2020-12-01T12:00:00+01:00';

describe('a payment', () => {
  it.each<[string, Case, object]>([
    ['of another currency, in spite of all else', { ownCurrency: false, virtual: true, trxDate: BEFORE_PERIODS, arrival: '2020-11-01T00:00:00Z', history: [] }, quarantined('currency')],
    ['from the future', { virtual: true, trxDate: '2020-12-12T12:10:00.001Z', arrival: '2020-12-12T12:00:00Z', history: [] }, quarantined('future')],
    ['online', { virtual: true, trxDate: BEFORE_PERIODS, history: [] }, dropped('online')],
    ['of a card never enrolled', { trxDate: BEFORE_PERIODS, arrival: LATE, history: [] }, dropped('not-enrolled')],
    ['before the card counts', { trxDate: '2020-12-09T23:59:59.999+01:00', arrival: LATE }, dropped('not-enrolled')],
    ['between two holders', { trxDate: '2020-12-20T00:00:00.000+01:00', arrival: LATE }, dropped('not-enrolled')],
    ['outside every period', { trxDate: '2021-07-01T00:00:00+02:00', arrival: '2031-01-01T00:00:00Z' }, dropped('outside-period')],
    ['at the deadline', { arrival: LATE }, dropped('late')],
    ['just before the deadline', { arrival: '2021-01-30T23:59:59.999+01:00' }, { kind: 'payment', citizenId: 'A', period: CHRISTMAS }],
    ['ten minutes ahead of its arrival', { trxDate: '2020-12-12T12:10:00.000Z', arrival: '2020-12-12T12:00:00Z' }, { kind: 'payment', citizenId: 'A', period: CHRISTMAS }],
    ['in the first instant of the card', { trxDate: '2020-12-10T00:00:00+01:00' }, { kind: 'payment', citizenId: 'A', period: CHRISTMAS }],
    ['in the last instant of the card', { trxDate: '2020-12-19T23:59:59.999+01:00', arrival: '2020-12-20T12:00:00Z' }, { kind: 'payment', citizenId: 'A', period: CHRISTMAS }],
    ['of the next holder, past another period\'s deadline', { trxDate: '2021-01-02T00:00:00+01:00', arrival: '2021-02-15T00:00:00Z' }, { kind: 'payment', citizenId: 'B', period: FIRST_HALF }],
    ['without a correlationId', { hasCorrelationId: false }, { kind: 'payment', citizenId: 'A', period: CHRISTMAS }],
  ])('%s', (_, facts, verdict) => { expect(judged(facts)).toEqual(verdict); });

  it('is judged by the enrolment at its own time, before its period', () => {
    const gap = programmeOf({ id: 'later', from: '2021-03-01', until: '2021-04-01' });
    const facts = { reversal: false, virtual: false, hasCorrelationId: true, ownCurrency: true, trxDate: ms('2020-12-25T12:00:00Z') };
    expect(judge(gap, facts, ms('2020-12-26T12:00:00Z'), HISTORY)).toEqual(dropped('not-enrolled'));
    expect(judge(gap, { ...facts, trxDate: ms('2020-12-12T12:00:00Z') }, ms('2020-12-26T12:00:00Z'), HISTORY)).toEqual(dropped('outside-period'));
  });
});

describe('a reversal', () => {
  it.each<[string, Case, object]>([
    ['of another currency', { ownCurrency: false, virtual: true, hasCorrelationId: false, arrival: '2020-11-01T00:00:00Z', history: [] }, quarantined('currency')],
    ['from the future', { virtual: true, hasCorrelationId: false, arrival: '2020-11-01T00:00:00Z', history: [] }, quarantined('future')],
    ['online without a correlationId', { virtual: true, hasCorrelationId: false, history: [] }, dropped('online')],
    ['online with one', { virtual: true }, { kind: 'reversal', citizenIds: ['A'] }],
    ['of a card never held', { history: [] }, dropped('not-enrolled')],
    ['before the card was held', { trxDate: '2020-12-09T23:59:59.999+01:00' }, dropped('not-enrolled')],
    ['in the first instant', { trxDate: '2020-12-10T00:00:00+01:00' }, { kind: 'reversal', citizenIds: ['A'] }],
    ['after the card was given back', { trxDate: '2020-12-25T00:00:00+01:00', arrival: '2020-12-26T00:00:00Z' }, { kind: 'reversal', citizenIds: ['A'] }],
    ['of a card with two holders, the latest first', { trxDate: '2021-01-02T00:00:00+01:00', arrival: '2021-01-03T00:00:00Z' }, { kind: 'reversal', citizenIds: ['B', 'A'] }],
    ['outside every period, past every deadline', { trxDate: '2022-01-01T00:00:00Z', arrival: '2031-01-01T00:00:00Z' }, { kind: 'reversal', citizenIds: ['B', 'A'] }],
  ])('%s', (_, facts, verdict) => { expect(judged({ reversal: true, ...facts })).toEqual(verdict); });
});
