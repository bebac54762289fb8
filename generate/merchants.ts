/**
 * An acquirer's shops: their ids, terminals and tax numbers, all made up.
 *
 * Shops of one trade stand together, so that a trade and a number name a shop without a search.
 */
import { AliasTable } from './alias.ts';
import type { Random } from '../runtime/random.ts';
import { TRADES } from './trade.ts';

export interface Merchant {
  readonly merchantId: string;
  readonly terminalIds: readonly string[];
  readonly mcc: string;
  readonly fiscalCode: string;
  readonly vat: string;
}

/** How much more one trade's busiest shop sells than its tenth: 1 / rank. */
const SHOPS_A_TRADE = 60;
const POPULARITY = new AliasTable(Array.from({ length: SHOPS_A_TRADE }, (_, rank) => 1 / (rank + 1)));
/** A citizen's usual shops of a trade. */
const HABITS = 3;

const CONSONANTS = 'BCDFGLMNPRSTVZ';
const MONTHS = 'ABCDEHLMPRST';

function fiscalCode(random: Random): string {
  const letters = (count: number): string => {
    let text = '';
    while (text.length < count) text += CONSONANTS[random.below(CONSONANTS.length)]!;
    return text;
  };
  const digits = (count: number): string => String(random.below(10 ** count)).padStart(count, '0');
  return `${letters(6)}${digits(2)}${MONTHS[random.below(12)]!}${digits(2)}${letters(1)}${digits(3)}${letters(1)}`;
}

export class Merchants {
  readonly #merchants: readonly Merchant[];

  /** @param number the acquirer's, 0 to 99: ids of two acquirers differ */
  constructor(random: Random, number: number) {
    const prefix = String(40 + number);
    this.#merchants = TRADES.flatMap((trade, tradeIndex) =>
      Array.from({ length: SHOPS_A_TRADE }, (_, rank): Merchant => {
        const shop = String(tradeIndex * SHOPS_A_TRADE + rank + 1).padStart(6, '0');
        const vat = String(random.below(10 ** 9)).padStart(11, '0');
        // Busy shops have several tills.
        const terminals = 1 + Math.floor(6 / (rank + 1));
        return {
          merchantId: `${prefix}00${shop}`,
          terminalIds: Array.from({ length: terminals }, (_, till) => `${shop}${String(till + 1).padStart(2, '0')}`),
          mcc: random.pick(trade.mccs),
          fiscalCode: random.chance(0.4) ? fiscalCode(random) : vat,
          vat,
        };
      }));
  }

  /** A shop of the trade: mostly one of the citizen's usual ones, else by popularity. */
  draw(random: Random, trade: number, citizen: number): Merchant {
    const rank = random.chance(0.6)
      ? (citizen * 7 + trade * 11 + random.below(HABITS) * 5) % SHOPS_A_TRADE
      : POPULARITY.draw(random);
    return this.#merchants[trade * SHOPS_A_TRADE + rank]!;
  }
}
