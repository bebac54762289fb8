/**
 * The header `source` of a card transaction, as far as it may be told on: the SHA-256 of the acquirer's file, a colon, the
 * line (contract, section 4). Anybody may have written it; what `publish` writes and reads back is in publish/source-header.ts.
 */
import type { LogRecord } from '../ports/log.ts';

/** Anything else in the header could be a card number; so could a line of twelve digits. */
const SOURCE = /^[0-9a-f]{64}:[0-9]{1,11}$/;
const FILE_CHARS = 64;
const LINE_DIGITS_MAX = 11;
const ZERO = '0'.charCodeAt(0);

/** The header as it stands, or null when it is missing or not of this form. */
export function tellableSource({ headers }: LogRecord): string | null {
  const source = headers?.source;
  return source !== undefined && SOURCE.test(source) ? source : null;
}

/** The file of what `tellableSource` gave. */
export function fileOf(source: string): string {
  return source.slice(0, FILE_CHARS);
}

/**
 * The line in a header of this file, or -1 when it names another one or is not of the form. Of a known file it costs a
 * third of what the pattern does, and each transaction is asked.
 */
export function lineIn(source: string, file: string): number {
  const digits = source.length - FILE_CHARS - 1;
  if (digits < 1 || digits > LINE_DIGITS_MAX || source[FILE_CHARS] !== ':' || fileOf(source) !== file) return -1;
  let line = 0;
  for (let i = FILE_CHARS + 1; i < source.length; i++) {
    const digit = source.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    line = line * 10 + digit;
  }
  return line;
}
