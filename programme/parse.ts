/**
 * The programme file: JSON in, a resolved Programme out, or an error that names the key.
 *
 * Source: contract, section 1. Refused: an unknown, missing or repeated key, a bad date, duration, time zone, currency
 * or type, periods that overlap, `until` not after `from`, an id used twice or malformed, a negative or fractional
 * amount, a rate over 10000.
 */
import { createHash } from 'node:crypto';
import { visit } from 'jsonc-parser';
import { z } from 'zod';
import { Calendar } from './calendar.ts';
import { parseDuration } from './duration.ts';
import type { Period, Programme } from './programme.ts';
import { parseLocalMoment } from './wall-time.ts';

/** What is wrong with a programme file. Remedy: mend the key that the message names. */
export class ProgrammeError extends Error {
  override readonly name = 'ProgrammeError';
  readonly key: string;

  constructor(key: string, problem: string) {
    super(key === '' ? `programme file: ${problem}` : `programme file: ${key}: ${problem}`);
    this.key = key;
  }
}

const KEY_CHARS_MAX = 64;
const id = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ : -');
const count = z.int('must be a whole number').min(0, 'must not be negative');

const programmeFile = z.strictObject({
  programme: id,
  timeZone: z.string(),
  currency: z.string().regex(/^[0-9]{3}$/, 'must be three digits (ISO 4217 numeric)'),
  // A record's count of passed deadlines is kept in one byte.
  periods: z.array(z.strictObject({
    id,
    from: z.string(),
    until: z.string(),
    grace: z.string(),
    rateBasisPoints: count.max(10_000, 'must not be over 10000'),
    transactionCapCents: count,
    periodCapCents: count,
    minimumTransactions: count,
    superCashback: z.strictObject({ ranks: count, cents: count }).optional(),
  })).max(255, 'must be at most 255'),
});

type ProgrammeFile = z.infer<typeof programmeFile>;
type PeriodFile = ProgrammeFile['periods'][number];

/** @throws ProgrammeError */
export function parseProgramme(text: string): Programme {
  const file = readJson(text);
  const calendar = calendarOf(file.timeZone);
  const unranked = file.periods.map((period, i) => resolvePeriod(period, `periods[${i}]`, calendar));
  refuseRepeatedIds(unranked);
  const inTime = unranked.toSorted((a, b) => a.fromMs - b.fromMs);
  refuseOverlaps(inTime, unranked);
  // A deadline that two periods share passes for both at once; their order is then their order in time.
  const ranks = new Map(inTime.toSorted((a, b) => a.deadlineMs - b.deadlineMs).map((p, i) => [p.id, i + 1]));
  const periods = inTime.map((period) => ({ ...period, rank: ranks.get(period.id)! }));
  return {
    programme: file.programme,
    timeZone: file.timeZone,
    currency: file.currency,
    periods,
    byDeadline: periods.toSorted((a, b) => a.rank - b.rank),
    rulesHash: hash([file.programme, file.timeZone, file.currency, ...periods.map((p) => p.rulesHash)]),
  };
}

function readJson(text: string): ProgrammeFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProgrammeError('', `not JSON (${whereInJson(cause)})`);
  }
  refuseWhatIsLostInParsing(text);
  const result = programmeFile.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    throw new ProgrammeError(keyPath([...issue.path, issue.keys[0]!]), 'unknown key');
  }
  const missing = issue.code === 'invalid_type' && !isPresent(json, issue.path);
  throw new ProgrammeError(keyPath(issue.path), missing ? 'missing' : problemOf(issue));
}

/** JSON.parse keeps the last of two equal keys, makes 0 of 1e-400 and 1 of 1.00000000000000000001, and says nothing. */
function refuseWhatIsLostInParsing(text: string): void {
  try {
    walk(text);
  } catch (error) {
    if (error instanceof RangeError) throw new ProgrammeError('', 'nested too deeply');
    throw error;
  }
}

function walk(text: string): void {
  const keys: Set<string>[] = [];
  visit(text, {
    onLiteralValue: (value, offset, length, _line, _character, path) => {
      if (typeof value === 'number' && !isWhole(text.slice(offset, offset + length))) throw new ProgrammeError(keyPath(path()), 'must be a whole number');
    },
    onObjectBegin: () => { keys.push(new Set()); },
    onObjectEnd: () => { keys.pop(); },
    onObjectProperty: (property, _offset, _length, _line, _character, parentPath) => {
      const seen = keys.at(-1)!;
      if (seen.has(property)) throw new ProgrammeError(keyPath([...parentPath(), property]), 'repeated key');
      seen.add(property);
    },
  });
}

/** Of a number as it is written, exactly. */
function isWhole(literal: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/0+$/, '');
  return digits === '' || Number(exponent) + whole.length >= digits.length;
}

function calendarOf(timeZone: string): Calendar {
  try {
    return new Calendar(timeZone);
  } catch {
    throw new ProgrammeError('timeZone', 'not a time zone of the IANA database');
  }
}

function resolvePeriod(file: PeriodFile, path: string, calendar: Calendar): Omit<Period, 'rank'> {
  const fromMs = instantOf(file.from, `${path}.from`, calendar);
  const untilMs = instantOf(file.until, `${path}.until`, calendar);
  if (untilMs <= fromMs) throw new ProgrammeError(`${path}.until`, 'must be after from');
  const period = {
    id: file.id,
    fromMs,
    untilMs,
    deadlineMs: deadlineOf(untilMs, file.grace, `${path}.grace`, calendar),
    rateBasisPoints: file.rateBasisPoints,
    transactionCapCents: file.transactionCapCents,
    periodCapCents: file.periodCapCents,
    minimumTransactions: file.minimumTransactions,
    superCashback: file.superCashback ?? null,
  };
  const { superCashback, ...rest } = period;
  return { ...period, rulesHash: hash([...Object.values(rest), superCashback?.ranks ?? '', superCashback?.cents ?? '']) };
}

function instantOf(text: string, path: string, calendar: Calendar): number {
  const wall = parseLocalMoment(text);
  if (wall === null) throw new ProgrammeError(path, 'must be a date or a local date-time, without an offset');
  return calendar.instantOfWallTime(wall);
}

function deadlineOf(untilMs: number, grace: string, path: string, calendar: Calendar): number {
  const duration = parseDuration(grace);
  if (duration === null) throw new ProgrammeError(path, 'must be an ISO 8601 duration of whole, non-negative parts');
  try {
    return calendar.addDuration(untilMs, duration);
  } catch {
    throw new ProgrammeError(path, 'the deadline lies beyond the calendar');
  }
}

function refuseRepeatedIds(periods: readonly { id: string }[]): void {
  periods.forEach((period, i) => {
    if (periods.findIndex((other) => other.id === period.id) < i) {
      throw new ProgrammeError(`periods[${i}].id`, 'used twice');
    }
  });
}

function refuseOverlaps(inTime: readonly Omit<Period, 'rank'>[], asGiven: readonly Omit<Period, 'rank'>[]): void {
  for (let i = 1; i < inTime.length; i++) {
    if (inTime[i]!.fromMs < inTime[i - 1]!.untilMs) {
      const index = Math.max(asGiven.indexOf(inTime[i]!), asGiven.indexOf(inTime[i - 1]!));
      throw new ProgrammeError(`periods[${index}].from`, 'overlaps another period');
    }
  }
}

function keyPath(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${printable(String(part))}`)).join('').replace(/^\./, '');
}

/** A key may be anything: of one line, and no longer than ours. */
function printable(key: string): string {
  const cut = key.length > KEY_CHARS_MAX ? `${key.slice(0, KEY_CHARS_MAX)}…` : key;
  return cut.replace(/[^\x20-\x7e…]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isPresent(json: unknown, path: readonly PropertyKey[]): boolean {
  let value: unknown = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return true;
}

/** zod's own words name types, never values; ours say what is wanted. */
function problemOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' ? `must be of type ${issue.expected}` : issue.message;
}

/** V8 quotes the text around a syntax error; only the place is passed on. */
function whereInJson(cause: unknown): string {
  const message = String(cause);
  const place = /(?:at )?position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  return place ?? (message.includes('Unexpected end') ? 'it ends too early' : 'near its beginning');
}

function hash(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}
