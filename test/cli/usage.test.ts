/**
 * A wrong argument is answered with what is allowed, never repeated: it may be a card number on the wrong place.
 */
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

const PAN = '4023600000000000';
const KIND = 'kind: Allowed choices are enrolments, transactions';
const INSTANT = '--as-of <instant>: It must be an instant such as 2021-08-01T00:00:00+02:00';

test.concurrent.each([
  ['a kind there is not', ['publish', PAN, 'file.csv'], KIND],
  ['a kind that reads like the message', ['publish', `option '-${PAN}' is invalid. ${PAN} is invalid for argument '${PAN}'. ${PAN}`, 'file.csv'], KIND],
  ['an option\'s value that does', ['replay', '--as-of', `${PAN}' is invalid. ${PAN} is invalid for argument 'x'. ${PAN}`], INSTANT],
  ['an argument left out', ['publish'], 'an argument is missing'],
])('%s', async (_, args, said) => {
  expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr: `tornaconto: ${said}. See: tornaconto --help\n` });
}, 30_000);
