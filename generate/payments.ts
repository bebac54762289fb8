/**
 * One new line: a payment of somebody somewhere, or one of the rare things that come without a payment that counts.
 */
import type { Acquirer } from './acquirers.ts';
import type { Day } from './calendar.ts';
import { offsetMinutesAt } from './calendar.ts';
import { UTC_MILLIS } from './instants.ts';
import type { Population } from './population.ts';
import { CURRENCY } from './programme.ts';
import type { Random } from '../runtime/random.ts';
import type { TransactionRecord } from './record.ts';
import { amountCents, secondOfDay, tradeAt } from './trade.ts';

const ONLINE_SHARE = 0.12;
const FOREIGN = ['756', '826', '840'];

/** How often, of all new lines. */
export const ODDITY_SHARES = {
  malformed: 0.001,
  currency: 0.001,
  future: 0.0006,
  stranger: 0.015,
  'zero-amount': 0.0005,
  'reversal-unmatched': 0.0008,
  'reversal-online': 0.0008,
  'reversal-online-correlated': 0.0005,
  'reversal-stranger': 0.0005,
} as const;
export type Oddity = keyof typeof ODDITY_SHARES;
export const ODDITIES = Object.keys(ODDITY_SHARES) as Oddity[];

/** One in this many payments falls on the first or the last instant of its day. */
const EDGE_SHARE = 0.003;

/** The instants of a file's new lines in time order, as milliseconds since the day began. */
export function timesOfDay(random: Random, day: Day, lines: number): Float64Array {
  const times = new Float64Array(lines);
  for (let i = 0; i < lines; i++) {
    const edge = random.float();
    if (edge < EDGE_SHARE) times[i] = edge < EDGE_SHARE / 2 ? 0 : day.lengthMs - 1;
    else times[i] = Math.min(day.lengthMs - 1, secondOfDay(random) * 1000 + random.below(1000));
  }
  return times.sort();
}

/** A payment at that time of the day, with a card that somebody is likely to hold. */
export function drawPayment(
  random: Random, population: Population, acquirer: Acquirer, day: Day, timeMs: number,
): TransactionRecord {
  const { profile } = acquirer;
  const { citizen, card } = population.drawCard(random, day.index);
  const trade = tradeAt(random, Math.floor(timeMs / 3_600_000));
  const merchant = acquirer.merchants.draw(random, trade, citizen);
  const atMs = day.startMs + (profile.instants.millis ? timeMs : timeMs - (timeMs % 1000));
  const id = acquirer.nextId();
  return {
    acquirer, reversal: false, card, day: day.index, atMs, offsetMinutes: offsetMinutesAt(day, atMs), id,
    correlationId: profile.correlates ? `K${id}` : '',
    amountCents: amountCents(random, trade),
    currency: CURRENCY,
    acquirerId: random.pick(profile.acquirerIds),
    merchant,
    terminalId: random.pick(merchant.terminalIds),
    virtual: random.chance(ONLINE_SHARE),
  };
}

/** What the payment becomes when something rare is due; `malformed` is for the line's text. */
export function makeOdd(
  kind: Exclude<Oddity, 'malformed'>, payment: TransactionRecord, random: Random, population: Population, arrival: Day,
): TransactionRecord {
  switch (kind) {
    case 'currency':
      return { ...payment, currency: random.pick(FOREIGN) };
    case 'future': {
      // From the day after the next one after arrival: more than ten minutes, whatever the hour.
      const days = random.between(2, 365);
      return { ...payment, day: arrival.index + days, atMs: arrival.startMs + days * 86_400_000, instants: UTC_MILLIS };
    }
    case 'stranger':
      return { ...payment, card: population.drawStranger(random) };
    case 'zero-amount':
      return { ...payment, amountCents: 0 };
    case 'reversal-unmatched':
      return { ...payment, reversal: true, virtual: false, correlationId: `Q${payment.id}` };
    case 'reversal-online':
      return { ...payment, reversal: true, virtual: true, correlationId: '' };
    case 'reversal-online-correlated':
      return { ...payment, reversal: true, virtual: true, correlationId: `Q${payment.id}` };
    case 'reversal-stranger':
      return { ...payment, reversal: true, virtual: false, card: population.drawStranger(random) };
  }
}
