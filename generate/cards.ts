/**
 * Synthetic payment cards: numbers that no issuer can have given, and their hashes.
 *
 * Numbers start with 9 (national assignment in ISO/IEC 7812: never an international scheme's), so no hash here is that
 * of a real card.
 */
import { hash } from 'node:crypto';

interface Issuer {
  readonly bin: string;
  readonly circuit: string;
  /** How many digits of the number the file's `bin` column gives. */
  readonly binDigits: 6 | 8;
}

const ISSUERS: readonly Issuer[] = [
  { bin: '900010', circuit: '00', binDigits: 6 },
  { bin: '900011', circuit: '01', binDigits: 8 },
  { bin: '900012', circuit: '02', binDigits: 6 },
  { bin: '900013', circuit: '02', binDigits: 8 },
  { bin: '900014', circuit: '01', binDigits: 6 },
  { bin: '900015', circuit: '10', binDigits: 8 },
];

/** Luhn's check digit for the digits before it. */
function checkDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

export function circuitOf(card: number): string {
  return ISSUERS[card % ISSUERS.length]!.circuit;
}

/** The 16 digits of a card's number; `card` is below 10^9. */
export function cardNumber(card: number): string {
  const digits = `${ISSUERS[card % ISSUERS.length]!.bin}${String(card).padStart(9, '0')}`;
  return `${digits}${checkDigit(digits)}`;
}

export function binOf(card: number): string {
  const { bin, binDigits } = ISSUERS[card % ISSUERS.length]!;
  return binDigits === 6 ? bin : `${bin}${String(card).padStart(9, '0').slice(0, 2)}`;
}

/** The hashes of cards 0 to `count − 1`: 32 bytes each, computed once, read on every line. */
export class CardHashes {
  readonly #bytes: Buffer;

  constructor(count: number) {
    this.#bytes = Buffer.allocUnsafeSlow(count * 32);
    for (let card = 0; card < count; card++) this.#bytes.write(hash('sha256', cardNumber(card), 'hex'), card * 32, 'hex');
  }

  hex(card: number): string {
    return this.#bytes.toString('hex', card * 32, card * 32 + 32);
  }
}
