/**
 * One line of an acquirer's transaction file (the RTD standard) to a CardTransaction.
 *
 * Source: contract, section 3, the table of 19 columns. `bin`, which is part of a card number, and the other columns
 * that are not kept are checked and go no further than this file.
 */
import { parseInstant } from '../programme/instant.ts';
import type { CardTransaction } from '../schemas/generated/types.ts';
import { type Column, LineForm } from './line-form.ts';

const IDENTIFIER = '[A-Za-z0-9]{1,255}';
/** 64 hex digits, either case: the SHA-256 of a card number. Enrolments have the same. */
export const HASH_PAN = '[0-9A-Fa-f]{64}';
/** `yyyy-MM-ddTHH:mm:ssZ` to `yyyy-MM-ddTHH:mm:ss.SSS+hh:mm`; what it says is parseInstant's to judge. */
export const INSTANT_LENGTH = '{20,29}';
/** In the flag `u` a code point is one character, also beyond U+FFFF. */
const ANYTHING = '[^;]{0,255}';

export const TRANSACTION_COLUMNS: readonly Column[] = [
  { name: 'acquirerCode', pattern: '[A-Za-z0-9]{5}', kept: true },
  { name: 'operationType', pattern: '0[01]', kept: true },
  { name: 'circuitType', pattern: '[0-9]{2}', kept: true },
  { name: 'hashPan', pattern: HASH_PAN, kept: true },
  { name: 'trxDate', pattern: `[^;]${INSTANT_LENGTH}`, kept: true, holds: (text) => parseInstant(text) !== null },
  { name: 'idTrxAcquirer', pattern: IDENTIFIER, kept: true },
  { name: 'idTrxIssuer', pattern: IDENTIFIER, kept: false },
  { name: 'correlationId', pattern: '[A-Za-z0-9]{0,255}', kept: true },
  { name: 'amount', pattern: '[0-9]{1,11}', kept: true },
  { name: 'currency', pattern: '[0-9]{3}', kept: true },
  { name: 'acquirerId', pattern: IDENTIFIER, kept: true },
  { name: 'merchantId', pattern: IDENTIFIER, kept: true },
  { name: 'terminalId', pattern: IDENTIFIER, kept: true },
  { name: 'bin', pattern: '(?:[0-9]{6}|[0-9]{8})', kept: false },
  { name: 'mcc', pattern: '[A-Za-z0-9]{1,5}', kept: true },
  { name: 'fiscalCode', pattern: ANYTHING, kept: false },
  { name: 'vat', pattern: ANYTHING, kept: false },
  { name: 'posType', pattern: '0[01]', kept: true },
  { name: 'par', pattern: ANYTHING, kept: false },
];

const FORM = new LineForm(';', TRANSACTION_COLUMNS);

/** The transaction, or null when the line is malformed; amounts in cents, times in ms since the epoch. */
export function parseTransactionLine(text: string): CardTransaction | null {
  const parts = FORM.match(text);
  if (parts === null) return null;
  const trxDate = parseInstant(parts[5]!);
  if (trxDate === null) return null;
  return {
    acquirerCode: parts[1]!,
    operationType: parts[2] === '00' ? 'PAYMENT' : 'REVERSAL',
    circuitType: parts[3]!,
    hashPan: Buffer.from(parts[4]!, 'hex'),
    trxDate,
    idTrxAcquirer: parts[6]!,
    correlationId: parts[7] === '' ? null : parts[7]!,
    amount: Number(parts[8]),
    currency: parts[9]!,
    acquirerId: parts[10]!,
    merchantId: parts[11]!,
    terminalId: parts[12]!,
    mcc: parts[13]!,
    posType: parts[14] === '00' ? 'PHYSICAL' : 'VIRTUAL',
  };
}

/** Of a malformed line: the first bad column, or null when their number is wrong. */
export function firstBadTransactionColumn(text: string): string | null {
  return FORM.firstBadColumn(text);
}
