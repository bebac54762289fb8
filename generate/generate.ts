/**
 * Realistic input for the whole pipeline: a programme, enrolments and transactions, from a seed alone.
 *
 * Same seed, sizes and window: the same bytes. Everything that the rules know occurs in it, and what must become of it
 * is known (`expected`), so a data set of any size is also a test. Contract, section 6, `generate`.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ACQUIRER_PROFILES } from './acquirers.ts';
import { Calendar } from './calendar.ts';
import type { LifeKind } from './card-lives.ts';
import { Deliveries } from './deliveries.ts';
import type { World } from './deliveries.ts';
import { enrolmentFiles } from './enrolments.ts';
import type { ExpectedEnrolments } from './enrolments.ts';
import type { TransactionOutcome } from './expected.ts';
import { FileMaker } from './files.ts';
import type { FollowUp } from './follow-ups.ts';
import type { Oddity } from './payments.ts';
import { Population } from './population.ts';
import type { CardEvent } from './population.ts';
import { periodDays, programmeJson, TIME_ZONE } from './programme.ts';
import { shareOfTrade } from './schedule.ts';
import { NOTHING_SPOILT, writeSpoilt } from './spoilt.ts';

export const SEED_MAX = Number.MAX_SAFE_INTEGER;
/** Citizens and their events are held in memory: some 1 KB each. */
export const CITIZENS_MAX = 1_000_000;
/** 12 digits of ids would allow more; a disk would not. */
export const PAYMENTS_MAX = 1_000_000_000;

const PROGRAMME_FILE = 'programme.json';
/** Enrolment opens on day 0 of the calendar. */
const ENROLMENT_DATE = '2020-11-20';
const FIRST_DATE = '2020-12-01';
const LAST_DATES = { christmas: '2021-01-06', programme: '2021-07-20' } as const;
/** Below this, half a year's days would have a line or two a file. */
const PROGRAMME_WINDOW_PAYMENTS_MIN = 100_000;

export type WindowName = keyof typeof LAST_DATES;

export interface GenerateOptions {
  /** 0 to `SEED_MAX`. */
  readonly seed: number;
  /** 1 to `CITIZENS_MAX`. */
  readonly citizens: number;
  /** Lines of all transaction files together, checksum lines not counted; 1 to `PAYMENTS_MAX`. */
  readonly payments: number;
  /** Made when it is missing; refused when it holds anything that the generator does not make. */
  readonly outDir: string;
  /** `christmas`: 1 December to 6 January; `programme`: to 20 July. Default: by the number of payments. */
  readonly window?: WindowName;
  /** Adds files that must be refused whole: copies of good ones, so their lines are not among `payments`. Default no. */
  readonly spoilt?: boolean;
  /** Called after each file, with the lines written so far. */
  readonly onProgress?: (lines: number) => void;
}

export interface Generated {
  /** Names within `outDir`; enrolments in the order in which they are to be read. */
  readonly programme: string;
  readonly enrolments: readonly string[];
  readonly transactions: readonly string[];
  /** How often each rare thing was planted. */
  readonly planted: Readonly<Record<LifeKind | Oddity | FollowUp, number>>;
  /** What the summary of `replay` must say, by its words; what is missing is 0. */
  readonly expected: {
    readonly enrolments: ExpectedEnrolments;
    readonly transactions: { readonly read: number; readonly outcomes: Readonly<Partial<Record<TransactionOutcome, number>>> };
    readonly filesRefused: number;
  };
}

/** The folder holds what the generator does not make: remedy, another folder. */
export class ForeignFilesError extends Error {
  override readonly name = 'ForeignFilesError';
  constructor() {
    super('the output folder holds files that are not of a generated data set; give an empty one');
  }
}

const OWN_FILE = new RegExp(
  `^(programme\\.json|enrolments-[a-z0-9-]+\\.csv|CSTAR\\.(${ACQUIRER_PROFILES.map(({ code }) => code).join('|')})\\.TRNLOG\\..*)$`,
);

/** Files of an earlier data set would be read along with the new one's: they go, if nothing else is there. */
async function prepareFolder(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const names = await readdir(outDir);
  if (!names.every((name) => OWN_FILE.test(name))) throw new ForeignFilesError();
  for (const name of names) await rm(join(outDir, name));
}

/**
 * Writes the data set.
 * @throws RangeError for a size out of bounds; ForeignFilesError; the file system's own errors
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { seed, citizens, payments, outDir, spoilt } = options;
  checkSizes(options);
  const calendar = new Calendar(TIME_ZONE, ENROLMENT_DATE);
  const window = {
    firstDay: calendar.indexOf(FIRST_DATE),
    lastDay: calendar.indexOf(LAST_DATES[options.window ?? (payments < PROGRAMME_WINDOW_PAYMENTS_MIN ? 'christmas' : 'programme')]),
  };
  const periods = periodDays(calendar);
  await prepareFolder(outDir);
  const means = periods.map(({ fromDay, untilDay }) => (shareOfTrade(calendar, window, fromDay, untilDay) * payments) / citizens);
  await writeFile(join(outDir, PROGRAMME_FILE), programmeJson(citizens, means));
  const { population, ...enrolments } = await writeEnrolments(options, calendar, periods[0]!.fromDay, window.lastDay);
  const world = { seed, payments, calendar, window, periods, population };
  const { deliveries, names } = await writeTransactions(world, options);
  const refused = spoilt === true ? await writeSpoilt(outDir, enrolments.names, names) : NOTHING_SPOILT;
  return {
    programme: PROGRAMME_FILE,
    enrolments: [...enrolments.names, ...refused.enrolments],
    transactions: [...names, ...refused.transactions],
    planted: { ...population.lives, ...deliveries.planted },
    expected: {
      enrolments: enrolments.expected,
      transactions: { read: payments, outcomes: deliveries.expected.outcomes },
      filesRefused: refused.enrolments.length + refused.transactions.length,
    },
  };
}

/** A function of its own, so that the events and the files' text are let go before the transactions are made. */
async function writeEnrolments(
  { seed, citizens, outDir }: GenerateOptions, calendar: Calendar, startDay: number, endDay: number,
): Promise<{ population: Population; names: string[]; expected: ExpectedEnrolments }> {
  const events: CardEvent[] = [];
  const population = new Population({ seed, citizens, startDay, endDay }, (event) => events.push(event));
  const { files, expected } = enrolmentFiles(seed, population, events, calendar);
  for (const { name, text } of files) await writeFile(join(outDir, name), text);
  return { population, names: files.map(({ name }) => name), expected };
}

async function writeTransactions(
  world: World, { outDir, onProgress }: GenerateOptions,
): Promise<{ deliveries: Deliveries; names: string[] }> {
  const deliveries = new Deliveries(world);
  const maker = new FileMaker(world.calendar);
  const names: string[] = [];
  let lines = 0;
  for (const delivery of deliveries.files()) {
    const file = maker.make(delivery);
    await writeFile(join(outDir, file.name), file.bytes);
    names.push(file.name);
    lines += file.lines;
    onProgress?.(lines);
  }
  if (lines !== world.payments) throw new Error('the generator has made another number of lines than asked for');
  return { deliveries, names };
}

function checkSizes({ seed, citizens, payments }: GenerateOptions): void {
  const within = (value: number, low: number, high: number): boolean =>
    Number.isSafeInteger(value) && value >= low && value <= high;
  if (!within(seed, 0, SEED_MAX)) throw new RangeError('seed must be an integer that is not negative');
  if (!within(citizens, 1, CITIZENS_MAX)) throw new RangeError(`citizens must be an integer from 1 to ${CITIZENS_MAX}`);
  if (!within(payments, 1, PAYMENTS_MAX)) throw new RangeError(`payments must be an integer from 1 to ${PAYMENTS_MAX}`);
}
