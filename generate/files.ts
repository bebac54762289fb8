/**
 * A delivery as a file: its name, checksum line, line ends and compression (contract, section 3).
 *
 * The unpacked bytes are the same on every machine. Packed ones are too, up to zlib's own version: no time and no
 * operating system stand in the gzip header.
 */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Calendar } from './calendar.ts';
import type { Delivery } from './deliveries.ts';

/** A gzip member's byte for the operating system; 255 = unknown. */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

export interface GeneratedFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly lines: number;
}

function gzip(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: 4 });
  packed[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return packed;
}

/** Gives every file of one data set its name. */
export class FileMaker {
  readonly #calendar: Calendar;
  /** Names given so far, without their number: two files may arrive in the same second. */
  readonly #numbers = new Map<string, number>();

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  make({ acquirer, arrival, lines }: Delivery): GeneratedFile {
    const { code, eol } = acquirer.profile;
    const form = acquirer.form();
    const text = Buffer.from(lines.join(eol) + eol, 'latin1');
    const head = form.checksum ? Buffer.from(`#sha256sum:${hash('sha256', text, 'hex')}${eol}`) : Buffer.alloc(0);
    const name = `${this.#name(code, arrival.day, arrival.second)}${form.gzip ? '.gz' : ''}`;
    if (!form.gzip) return { name, bytes: Buffer.concat([head, text]), lines: lines.length };
    // Two members: what a shell's `cat a.gz b.gz` makes, and what readers of one member cut off silently.
    const bytes = form.twoMembers
      ? Buffer.concat([gzip(Buffer.concat([head, text.subarray(0, text.length >> 1)])), gzip(text.subarray(text.length >> 1))])
      : gzip(Buffer.concat([head, text]));
    return { name, bytes, lines: lines.length };
  }

  #name(code: string, day: number, second: number): string {
    const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
      .map((part) => String(part).padStart(2, '0')).join('');
    const stem = `CSTAR.${code}.TRNLOG.${this.#calendar.day(day).date.replaceAll('-', '')}.${time}`;
    const number = (this.#numbers.get(stem) ?? 0) + 1;
    if (number > 999) throw new RangeError('more than 999 files of one acquirer in one second: fewer payments a day are needed');
    this.#numbers.set(stem, number);
    return `${stem}.${String(number).padStart(3, '0')}.csv`;
  }
}
