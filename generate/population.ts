/**
 * Citizens, their cards and what happens to them: who may pay, and for whom a payment counts.
 *
 * Bounded by the number of citizens, never by the number of payments: some 50 bytes a card.
 */
import { AliasTable } from './alias.ts';
import { LIFE_KINDS, LIFE_SHARES, makeLife, plainLife } from './card-lives.ts';
import type { CardLife, Holding, LifeKind, PlannedEvent } from './card-lives.ts';
import { CardHashes } from './cards.ts';
import { Planter } from './planter.ts';
import { Random } from '../runtime/random.ts';

/** An event of a card. */
export interface CardEvent extends PlannedEvent {
  readonly card: number;
}

export interface PopulationOptions {
  readonly seed: number;
  readonly citizens: number;
  /** The programme's first day: enrolment is open from day 0, and most have enrolled by now. */
  readonly startDay: number;
  /** The last enrol on this day. */
  readonly endDay: number;
}

/** Cards a citizen: 1 to 5. */
const CARD_COUNTS = new AliasTable([0, 62, 26, 9, 2, 1]);
const IDLE_CITIZENS = 0.03;
/** Deviation of the logarithm of a citizen's activity: the busiest of 100 pays some 10 times as often as the middle one. */
const ACTIVITY_SIGMA = 0.95;
/** How many draws look for a card that is held on the day, before one that is not is taken. */
const DRAWS_MAX = 12;

export class Population {
  readonly citizens: number;
  readonly hashes: CardHashes;
  readonly lives: Readonly<Record<LifeKind, number>>;
  readonly #cards: number;
  readonly #strangers: number;
  /** A citizen's cards are `#firstCard[c]` to below `#firstCard[c + 1]`. */
  readonly #firstCard: Uint32Array;
  /** The first day on which a card's payments count; cards with another life stand in `#holdings`. */
  readonly #fromDay: Int16Array;
  readonly #holdings = new Map<number, readonly Holding[]>();
  readonly #activity: AliasTable;

  /** @param onEvent is told every enrolment event, card by card, a card's in the order of their arrival */
  constructor({ seed, citizens, startDay, endDay }: PopulationOptions, onEvent: (event: CardEvent) => void) {
    const random = Random.of(seed, 'population');
    this.citizens = citizens;
    this.#firstCard = new Uint32Array(citizens + 1);
    const weights = new Float64Array(citizens);
    for (let citizen = 0; citizen < citizens; citizen++) {
      this.#firstCard[citizen + 1] = this.#firstCard[citizen]! + CARD_COUNTS.draw(random);
      weights[citizen] = citizen > 0 && random.chance(IDLE_CITIZENS) ? 0 : random.logNormal(1, ACTIVITY_SIGMA);
    }
    this.#activity = new AliasTable(weights);
    this.#cards = this.#firstCard[citizens]!;
    this.#strangers = Math.max(5, Math.ceil(citizens / 20));
    this.hashes = new CardHashes(this.#cards + this.#strangers);
    this.#fromDay = new Int16Array(this.#cards);

    const planter = new Planter(random, LIFE_SHARES);
    for (let citizen = 0; citizen < citizens; citizen++) {
      const joinDay = enrolmentDay(random, startDay, endDay);
      for (let card = this.#firstCard[citizen]!; card < this.#firstCard[citizen + 1]!; card++) {
        const enrolDay = random.chance(0.7) ? joinDay : random.between(joinDay, endDay);
        const life = this.#draw(planter, random, citizen, enrolDay, endDay);
        for (const event of life.events) onEvent({ ...event, card });
        if (life.holdings.length === 1 && life.holdings[0]!.untilDay === Number.MAX_SAFE_INTEGER) {
          this.#fromDay[card] = life.holdings[0]!.fromDay;
        } else this.#holdings.set(card, life.holdings);
      }
    }
    this.lives = planter.planted;
  }

  #draw(planter: Planter<LifeKind>, random: Random, owner: number, enrolDay: number, endDay: number): CardLife {
    if (this.citizens < 2 || enrolDay + 4 > endDay) return plainLife(owner, enrolDay);
    const kind = planter.next(LIFE_KINDS);
    if (kind === undefined) return plainLife(owner, enrolDay);
    const other = (owner + 1 + random.below(this.citizens - 1)) % this.citizens;
    const laterDay = enrolDay + 2 + random.below(Math.min(30, endDay - enrolDay - 2));
    return makeLife(kind, { owner, other, enrolDay, laterDay }, random);
  }

  /** A citizen by activity, and a card: nearly always one that is held, or is enrolled, on that day. */
  drawCard(random: Random, day: number): { citizen: number; card: number } {
    for (let draws = 1; ; draws++) {
      const citizen = this.#activity.draw(random);
      const first = this.#firstCard[citizen]!;
      const count = this.#firstCard[citizen + 1]! - first;
      const card = first + (random.chance(0.65) ? 0 : random.below(count));
      // The card of someone who enrols today is used today: a day too early to count.
      const used = this.isHeld(card, day + 1) || this.isHeld(card, day);
      if (used || draws === DRAWS_MAX || random.chance(0.02)) return { citizen, card };
    }
  }

  /** A card that is never enrolled. */
  drawStranger(random: Random): number {
    return this.#cards + random.below(this.#strangers);
  }

  /** Whether somebody's payments with the card count on that day. */
  isHeld(card: number, day: number): boolean {
    if (card >= this.#cards) return false;
    const holdings = this.#holdings.get(card);
    if (holdings === undefined) return day >= this.#fromDay[card]!;
    return holdings.some(({ fromDay, untilDay }) => day >= fromDay && day < untilDay);
  }

  /** Whether somebody has held the card on that day or before. */
  wasHeld(card: number, day: number): boolean {
    if (card >= this.#cards) return false;
    const holdings = this.#holdings.get(card);
    return holdings === undefined ? day >= this.#fromDay[card]! : holdings.some(({ fromDay }) => day >= fromDay);
  }
}

/** More than half enrol before the start, most of the others until Christmas, the rest thinly up to the end. */
function enrolmentDay(random: Random, startDay: number, endDay: number): number {
  const u = random.float();
  if (u < 0.55) return Math.floor(startDay * Math.sqrt(random.float()));
  if (u < 0.85) return Math.min(endDay, startDay + random.below(17));
  return Math.min(endDay, startDay + 17 + Math.floor((endDay - startDay - 17) * random.float() ** 2));
}

/** The name of a citizen in the files. */
export function citizenId(citizen: number): string {
  return `C${String(citizen + 1).padStart(7, '0')}`;
}
