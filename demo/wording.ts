/** Money, days and kinds of shop in words. */
import { TRADES } from '../generate/trade.ts';

export function euros(cents: number): string {
  const size = Math.abs(cents);
  return `${cents < 0 ? '−' : ''}€ ${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`;
}

export function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}

/** Civil days and times in a time zone. */
export class Dates {
  readonly #day: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#day = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short' });
    this.#time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  }

  /** `Sat 12 Dec`. */
  day(instantMs: number): string {
    return this.#day.format(instantMs).replace(',', '');
  }

  /** `Sat 12 Dec, 18:03`. */
  moment(instantMs: number): string {
    return `${this.day(instantMs)}, ${this.#time.format(instantMs)}`;
  }
}

const TRADE_BY_MCC = new Map(TRADES.flatMap(({ name, mccs }) => mccs.map((mcc) => [mcc, name] as const)));

export function tradeOf(mcc: string): string {
  return TRADE_BY_MCC.get(mcc) ?? `shop ${mcc}`;
}
