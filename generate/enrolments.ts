/**
 * The enrolment files: a month each, in the order in which the events arrived, with a few events that must be refused.
 */
import type { Calendar, Day } from './calendar.ts';
import { offsetMinutesAt } from './calendar.ts';
import type { EnrolmentOutcome } from './card-lives.ts';
import { cardNumber } from './cards.ts';
import { formatInstant } from './instants.ts';
import type { InstantStyle } from './instants.ts';
import { Planter } from './planter.ts';
import { citizenId } from './population.ts';
import type { CardEvent, Population } from './population.ts';
import { Random } from '../runtime/random.ts';
import { secondOfDay } from './trade.ts';

export interface EnrolmentFile {
  readonly name: string;
  readonly text: string;
}

/** What the summary of `replay` must say of them. */
export interface ExpectedEnrolments {
  readonly read: number;
  readonly outcomes: Readonly<Partial<Record<EnrolmentOutcome, number>>>;
}

interface Line {
  /** When it arrives, but never before the card's line before it: the order in the files. */
  readonly orderMs: number;
  readonly text: string;
}

const HEADER = 'hashPan,citizenId,event,at';
const STYLES: readonly InstantStyle[] = [
  { millis: true, offset: 'colon' }, { millis: true, offset: 'utc' }, { millis: true, offset: 'plain' },
];
/** Of all events: at the first or last instant of a day, where a day's difference shows. */
const EDGE_SHARES = { 'first-instant': 0.006, 'last-instant': 0.006, broken: 0.006 } as const;
type Edge = keyof typeof EDGE_SHARES;
const EDGES = Object.keys(EDGE_SHARES) as Edge[];

/** Lines that break section 3, one column each, but the last: the number of columns. */
const BROKEN: readonly ((card: string, hash: string, at: string) => string)[] = [
  (card, _, at) => `${card},C0000001,ENROLLED,${at}`,
  (_, hash, at) => `${hash},C0000001,enrolled,${at}`,
  (_, hash, at) => `${hash},C 1,ENROLLED,${at}`,
  (_, hash) => `${hash},C0000001,ENROLLED,2020-11-31T10:00:00+01:00`,
  (_, hash, at) => `${hash},C0000001,REMOVED,${at.slice(0, 19)}`,
  (_, hash, at) => `${hash},C0000001,ENROLLED,${at},web`,
];

function atMs(random: Random, day: Day, event: CardEvent, edge: Edge | undefined): number {
  if (event.second !== undefined) return day.startMs + event.second * 1000;
  if (edge === 'first-instant') return day.startMs;
  if (edge === 'last-instant') return day.startMs + day.lengthMs - 1;
  return day.startMs + Math.min(day.lengthMs - 1, secondOfDay(random) * 1000 + random.below(1000));
}

/** The files in order, and what must become of their lines. `events` are a population's, as it told them. */
export function enrolmentFiles(
  seed: number, population: Population, events: readonly CardEvent[], calendar: Calendar,
): { files: EnrolmentFile[]; expected: ExpectedEnrolments } {
  const random = Random.of(seed, 'enrolments');
  const planter = new Planter(random, EDGE_SHARES);
  const outcomes: Partial<Record<EnrolmentOutcome, number>> = {};
  const count = (outcome: EnrolmentOutcome): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  const lines: Line[] = [];
  let lastCard = -1;
  let lastOrderMs = 0;
  for (const event of events) {
    const day = calendar.day(Math.max(0, event.day));
    const planted = planter.next(EDGES);
    const instantMs = atMs(random, day, event, planted);
    const text = formatInstant(instantMs, offsetMinutesAt(day, instantMs), random.pick(STYLES));
    const orderMs = event.card === lastCard ? Math.max(lastOrderMs, instantMs) : instantMs;
    lastCard = event.card;
    lastOrderMs = orderMs;
    const hash = population.hashes.hex(event.card);
    const shown = random.chance(0.05) ? hash.toUpperCase() : hash;
    lines.push({ orderMs, text: `${shown},${citizenId(event.citizen)},${event.event},${text}` });
    count(event.outcome);
    if (planted === 'broken') {
      const stranger = population.drawStranger(random);
      const broken = random.pick(BROKEN)(cardNumber(stranger), population.hashes.hex(stranger), text);
      lines.push({ orderMs, text: broken });
      count('malformed');
    }
  }
  lines.sort((a, b) => a.orderMs - b.orderMs);
  return { files: byMonth(lines), expected: { read: lines.length, outcomes } };
}

/** A file for each month; every second one has CRLF. */
function byMonth(lines: readonly Line[]): EnrolmentFile[] {
  const months = Map.groupBy(lines, ({ orderMs }) => new Date(orderMs).toISOString().slice(0, 7));
  return [...months].map(([month, ofMonth], index) => {
    const eol = index % 2 === 1 ? '\r\n' : '\n';
    return { name: `enrolments-${month}.csv`, text: [HEADER, ...ofMonth.map(({ text }) => text), ''].join(eol) };
  });
}
