/**
 * The report files: CSV with a header, LF, quoted only where needed (RFC 4180), written whole or not at all.
 *
 * Source: contract, section 6.
 */
import { writeWhole } from './atomic-file.ts';

/** null is an empty field. */
export type CsvValue = string | number | null;
export type CsvRow = readonly CsvValue[];

const NEEDS_QUOTES = /[",\r\n]/;

/** One row with its LF. */
export function csvRow(values: CsvRow): string {
  return `${values.map(csvField).join(',')}\n`;
}

/** Rows in pages, as they come: what waits is a page, not each row. */
export type CsvPages = Iterable<readonly CsvRow[]> | AsyncIterable<readonly CsvRow[]>;

/** So many characters, or a little more, are handed on at once. */
const PIECE_UNITS = 32 * 1024;

/** Streams the rows, in the order given, into the file. The folder must exist. */
export async function writeCsv(path: string, header: readonly string[], pages: CsvPages): Promise<void> {
  await writeWhole(path, csvText(header, pages));
}

async function* csvText(header: readonly string[], pages: CsvPages): AsyncGenerator<string> {
  let text = csvRow(header);
  for await (const page of pages) {
    for (const row of page) {
      if (row.length !== header.length) throw new Error(`a row of ${row.length} values under ${header.length} columns`);
      text += csvRow(row);
      if (text.length < PIECE_UNITS) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}

function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
