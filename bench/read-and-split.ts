/**
 * The least that any program does with these files: read each once, unpack it, split it into lines and columns, as
 * text. The yardstick for `replay`; nothing of the project takes part.
 *
 *     node bench/read-and-split.ts FILE...    prints the count of lines
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** Keeps the columns from being optimised away. */
let columns = 0;
let lines = 0;

function take(line: string, separator: string): void {
  lines++;
  columns += line.split(separator).length;
}

for (const path of process.argv.slice(2)) {
  const packed = path.endsWith('.gz');
  const separator = path.endsWith('.csv') && path.includes('enrolments-') ? ',' : ';';
  const file = createReadStream(path);
  const content = packed ? file.pipe(createGunzip()) : file;
  content.setEncoding('utf8');
  let rest = '';
  for await (const piece of content as AsyncIterable<string>) {
    const whole = (rest + piece).split('\n');
    rest = whole.pop()!;
    for (const line of whole) take(line, separator);
  }
  if (rest !== '') take(rest, separator);
}
if (columns < lines) throw new Error('a line without a column');
console.log(lines);
