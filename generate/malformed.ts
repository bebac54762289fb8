/**
 * Ways in which acquirers get a line wrong, one a line. Each must be quarantined as `malformed`.
 *
 * The first is the one that matters most: the card's number in clear where its hash belongs. No empty line is among
 * them, so that tools which count lines by their content count right.
 */
import { cardNumber } from './cards.ts';

type Break = (columns: string[], card: number) => void;

/** Column numbers as in the contract's table, from 1. */
const set = (column: number, value: string): Break => (columns) => {
  columns[column - 1] = value;
};

const BREAKS: readonly Break[] = [
  (columns, card) => { columns[3] = cardNumber(card); },
  (columns) => { columns.pop(); },
  (columns) => { columns.push(''); },
  set(1, 'AB-12'),
  set(2, '02'),
  set(3, 'VISA'),
  (columns) => { columns[3] = columns[3]!.slice(0, 63); },
  set(5, '2020-11-31T12:00:00.000+01:00'),
  set(5, '2020-12-10T24:00:00.000+01:00'),
  set(5, '2020-12-10T12:00:00.000'),
  set(5, '2020-12-10T12:00:60+01:00'),
  set(5, '10/12/2020 12:00'),
  set(6, ''),
  set(8, 'none!'),
  set(9, '-1250'),
  set(9, '12.50'),
  set(9, '123456789012'),
  set(10, 'EUR'),
  set(12, 'shop 12'),
  set(14, '90001'),
  set(15, ''),
  // A quote is a character like any other: these digits are then no digits.
  set(9, '"1250"'),
  set(18, '02'),
  set(19, '\xff\xfe'),
  set(16, 'C\xe0'),
];

export const MALFORMED_KINDS = BREAKS.length;

/** A good line (a byte string) made wrong in the given way, 0 to below `MALFORMED_KINDS`. */
export function breakLine(line: string, kind: number, card: number): string {
  const columns = line.split(';');
  BREAKS[kind % BREAKS.length]!(columns, card);
  return columns.join(';');
}
