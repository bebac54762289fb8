import { describe, expect, it } from 'vitest';
import { deadlinesPassedAt, periodAt } from '../../programme/programme.ts';
import { PROGRAMME, ms, programmeOf } from './examples.ts';

describe('periodAt', () => {
  it.each([
    ['2020-12-07T23:59:59.999+01:00', undefined],
    ['2020-12-08T00:00:00.000+01:00', '2020-christmas'],
    ['2020-12-31T23:59:59.999+01:00', '2020-christmas'],
    ['2021-01-01T00:00:00.000+01:00', '2021-h1'],
    ['2021-06-30T23:59:59.999+02:00', '2021-h1'],
    ['2021-07-01T00:00:00.000+02:00', undefined],
  ])('%s lies in %s', (instant, id) => { expect(periodAt(PROGRAMME, ms(instant))?.id).toBe(id); });

  it('is undefined between periods', () => {
    const programme = programmeOf({ id: 'a' }, { id: 'b', from: '2021-02-01', until: '2021-03-01' });
    expect(periodAt(programme, ms('2021-01-15T00:00:00+01:00'))).toBeUndefined();
  });
});

describe('deadlinesPassedAt', () => {
  it.each([
    ['2021-01-30T23:59:59.999+01:00', 0],
    ['2021-01-31T00:00:00.000+01:00', 1],
    ['2021-07-30T23:59:59.999+02:00', 1],
    ['2021-07-31T00:00:00.000+02:00', 2],
  ])('at %s: %i', (instant, passed) => { expect(deadlinesPassedAt(PROGRAMME, ms(instant))).toBe(passed); });

  it('counts by deadline, not by time of the periods; a shared deadline passes for both', () => {
    const programme = programmeOf(
      { id: 'long', from: '2021-01-01', until: '2021-02-01', grace: 'P1Y' },
      { id: 'b', from: '2021-02-01', until: '2021-03-01', grace: 'P31D' },
      { id: 'c', from: '2021-03-01', until: '2021-04-01', grace: 'P0D' },
    );
    expect(deadlinesPassedAt(programme, ms('2021-03-31T23:59:59.999+02:00'))).toBe(0);
    expect(deadlinesPassedAt(programme, ms('2021-04-01T00:00:00+02:00'))).toBe(2);
    expect(deadlinesPassedAt(programme, ms('2022-02-01T00:00:00+01:00'))).toBe(3);
  });
});
