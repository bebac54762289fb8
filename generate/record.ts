/**
 * A transaction before it is text, and its line (contract, section 3: 19 columns).
 *
 * Lines are *byte strings*: one character a byte (latin1), so that a line of invalid UTF-8 is a line like any other and
 * a file is turned into bytes in one go. Text beyond ASCII is encoded to UTF-8 bytes when a line is made.
 */
import type { Acquirer } from './acquirers.ts';
import { binOf, circuitOf } from './cards.ts';
import type { CardHashes } from './cards.ts';
import { formatInstant } from './instants.ts';
import type { InstantStyle } from './instants.ts';
import type { Merchant } from './merchants.ts';

/** Records of one identity: whether one of them stands in the ledger by now. */
export interface Twins {
  applied: boolean;
}

export interface TransactionRecord {
  readonly acquirer: Acquirer;
  readonly reversal: boolean;
  readonly card: number;
  /** The civil day of `atMs`. */
  readonly day: number;
  readonly atMs: number;
  readonly offsetMinutes: number;
  readonly id: string;
  /** Empty = none. */
  readonly correlationId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly acquirerId: string;
  readonly merchant: Merchant;
  readonly terminalId: string;
  readonly virtual: boolean;
  /** Only for records of which another with the same identity is planned. */
  readonly twins?: Twins;
  /** Its content differs from its twin's. */
  readonly conflicting?: boolean;
  /** Written in another form than its acquirer's, which changes nothing. */
  readonly instants?: InstantStyle;
}

/** What `par` may hold: any text up to 255 code points, quotes and separators of other formats among it. */
const PARS = ['', '', '', '', 'P4R0000000000000000000000000', '"', 'caffè, "da Gìgi"', '🧾', 'a\u2028b', 'tab\there']
  .map((par) => Buffer.from(par, 'utf8').toString('latin1'));

/** The line without its end, as a byte string. */
export function lineOf(record: TransactionRecord, hashes: CardHashes): string {
  const { acquirer: { profile }, merchant } = record;
  const hex = hashes.hex(record.card);
  const amount = String(record.amountCents);
  // Cheap variety that is the same for the same record.
  const salt = record.amountCents + record.card;
  return `${profile.code};${record.reversal ? '01' : '00'};${circuitOf(record.card)};${
    profile.upperCaseHash ? hex.toUpperCase() : hex};${
    formatInstant(record.atMs, record.offsetMinutes, record.instants ?? profile.instants)};${
    record.id};${record.id.slice(-6)};${record.correlationId};${
    amount.length < profile.amountDigits ? amount.padStart(profile.amountDigits, '0') : amount};${
    record.currency};${record.acquirerId};${merchant.merchantId};${record.terminalId};${binOf(record.card)};${
    merchant.mcc};${merchant.fiscalCode};${merchant.vat};${record.virtual ? '01' : '00'};${
    salt % 40 === 0 ? PARS[salt % 10 === 0 ? (salt / 40) % PARS.length : 0]! : ''}`;
}
