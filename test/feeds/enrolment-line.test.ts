import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { ENROLMENT_COLUMNS, firstBadEnrolmentColumn, parseEnrolmentLine } from '../../feeds/enrolment-line.ts';
import { MALFORMED_ENROLMENT_LINES } from './malformed.ts';
import { enrolmentLine } from './samples.ts';

describe('an enrolment line', () => {
  test('becomes a CardEnrolment', () => {
    expect(parseEnrolmentLine(enrolmentLine())).toEqual({
      hashPan: Buffer.from('5c6bda1b1f5f6238dcba70f9f4b5a77671eb2b1563b0ca6d15d14c649a9b7ce0', 'hex'),
      citizenId: 'citizen-1',
      event: 'ENROLLED',
      at: Date.UTC(2020, 11, 1, 10),
    });
  });

  test('is good with everything that a citizenId may hold', () => {
    const citizenId = `AZaz09._:-${'x'.repeat(54)}`;
    expect(parseEnrolmentLine(enrolmentLine({ citizenId, event: 'REMOVED' }))).toMatchObject({ citizenId, event: 'REMOVED' });
  });

  test.each(MALFORMED_ENROLMENT_LINES.filter(({ bytes }) => isUtf8(bytes)))('$what is malformed', ({ bytes, field }) => {
    expect(parseEnrolmentLine(bytes.toString())).toBeNull();
    expect(firstBadEnrolmentColumn(bytes.toString())).toBe(field);
  });

  test('every column has a malformed line that is blamed on it', () => {
    const blamed = new Set(MALFORMED_ENROLMENT_LINES.map(({ field }) => field));
    for (const { name } of ENROLMENT_COLUMNS) expect(blamed).toContain(name);
    expect(firstBadEnrolmentColumn(enrolmentLine())).toBeNull();
  });
});
