import { expect, test } from 'vitest';

import { validateCardEnrolment } from '../../schemas/card-enrolment-check.ts';
import { ENROLMENT } from './samples.ts';

const INSTANT_MIN_MS = -62_167_305_540_000;
const INSTANT_MAX_MS = 253_402_387_139_999;

test.each(['a', 'Z9._:-', 'x'.repeat(64)])('citizenId %j is right', (citizenId) => {
  expect(validateCardEnrolment({ ...ENROLMENT.value, citizenId })).toBeNull();
});

test.each(['', 'x'.repeat(65), 'a b', 'è', 'a\n', 'a/b'])('citizenId %j is malformed', (citizenId) => {
  expect(validateCardEnrolment({ ...ENROLMENT.value, citizenId, at: INSTANT_MAX_MS + 1 })).toBe('citizenId');
});

test.each([
  [INSTANT_MIN_MS - 1, 'at'], [INSTANT_MIN_MS, null], [INSTANT_MAX_MS, null], [INSTANT_MAX_MS + 1, 'at'],
])('at %d', (at, field) => {
  expect(validateCardEnrolment({ ...ENROLMENT.value, at })).toBe(field);
});
