/**
 * Cards and who held them, packed: found by the card's 32 bytes in an open-addressed table.
 *
 * Nearly every card is enrolled once and for good, a history of one switch. Such histories lie in plain arrays and are
 * made anew when they are asked for; as objects they would be a dozen places in memory a card, most of what a lookup
 * takes. The longer ones are kept as they are.
 */
import type { CardHistory } from '../../programme/holding.ts';

export const CARD_BYTES = 32;
const SLOTS_AT_FIRST = 256;
const CARDS_AT_FIRST = 128;

export class CardTable {
  #size = 0;
  /** Number of the card there, 0 = none; cards are numbered from 1. */
  #slots = new Uint32Array(SLOTS_AT_FIRST);
  // By card, from index 0.
  #cards = Buffer.alloc(CARDS_AT_FIRST * CARD_BYTES);
  #fromMs: number[] = [];
  #citizens: (string | null)[] = [];
  /** Histories of another length than one, by card number. */
  #others = new Map<number, CardHistory>();

  /** undefined: the card was never set. */
  get(card: Buffer): CardHistory | undefined {
    const number = this.#slots[this.#slotOf(card)]!;
    if (number === 0) return undefined;
    return this.#others.get(number) ?? [{ fromMs: this.#fromMs[number - 1]!, citizenId: this.#citizens[number - 1]! }];
  }

  set(card: Buffer, history: CardHistory): void {
    const slot = this.#slotOf(card);
    const known = this.#slots[slot]!;
    const number = known === 0 ? this.#add(card, slot) : known;
    const [first] = history;
    this.#fromMs[number - 1] = first?.fromMs ?? 0;
    this.#citizens[number - 1] = first?.citizenId ?? null;
    if (history.length === 1) this.#others.delete(number);
    else this.#others.set(number, history);
  }

  clone(): CardTable {
    const copy = new CardTable();
    copy.#size = this.#size;
    copy.#slots = this.#slots.slice();
    copy.#cards = Buffer.from(this.#cards);
    copy.#fromMs = [...this.#fromMs];
    copy.#citizens = [...this.#citizens];
    copy.#others = new Map(this.#others);
    return copy;
  }

  /** Where the card is, or where it would be put. */
  #slotOf(card: Buffer): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(card) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]!;
      if (number === 0 || this.#isAt(card, (number - 1) * CARD_BYTES)) return slot;
    }
  }

  #isAt(card: Buffer, place: number): boolean {
    for (let i = 0; i < CARD_BYTES; i++) if (this.#cards[place + i] !== card[i]) return false;
    return true;
  }

  #add(card: Buffer, slot: number): number {
    const place = this.#size * CARD_BYTES;
    if (place === this.#cards.length) this.#cards = Buffer.concat([this.#cards], 2 * place);
    card.copy(this.#cards, place);
    this.#slots[slot] = ++this.#size;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return this.#size;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 1; number <= this.#size; number++) {
      const place = (number - 1) * CARD_BYTES;
      this.#slots[this.#slotOf(this.#cards.subarray(place, place + CARD_BYTES))] = number;
    }
  }
}

/** Of all bytes: cards are hashes, but those of tests may differ in a few bits only. */
function hashOf(card: Buffer): number {
  let hash = 0;
  for (let i = 0; i < CARD_BYTES; i += 4) {
    hash = Math.imul(hash ^ (card[i]! | (card[i + 1]! << 8) | (card[i + 2]! << 16) | (card[i + 3]! << 24)), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
