/**
 * The report files: CSV with a header, LF, quoted only where needed (RFC 4180), written whole or not at all.
 *
 * Source: contract, section 6.
 */
import { writeWhole } from './atomic-file.ts';

/** null is an empty field. */
export type CsvValue = string | number | null;

const NEEDS_QUOTES = /[",\r\n]/;

/** One row with its LF. */
export function csvRow(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\n`;
}

/** Streams the rows, in the order given, into the file. The folder must exist. */
export async function writeCsv(
  path: string,
  header: readonly string[],
  rows: Iterable<readonly CsvValue[]> | AsyncIterable<readonly CsvValue[]>,
): Promise<void> {
  await writeWhole(path, csvLines(header, rows));
}

async function* csvLines(
  header: readonly string[], rows: Iterable<readonly CsvValue[]> | AsyncIterable<readonly CsvValue[]>,
): AsyncGenerator<string> {
  yield csvRow(header);
  for await (const row of rows) {
    if (row.length !== header.length) throw new Error(`a row of ${row.length} values under ${header.length} columns`);
    yield csvRow(row);
  }
}

function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
