/**
 * Where the entries of one ledger record came from: of each transaction the acquirer's file and line, as its header
 * says, and the schema it was written with. So a refusal by accrue tells as much as one by qualify, whenever it is folded.
 */
import type { LogRecord } from '../ports/log.ts';
import { schemaIdOf } from '../schemas/frame.ts';
import type { LedgerOrigin } from '../schemas/generated/types.ts';
import { ENTRIES_MAX, LINE, LINE_BYTES } from './ledger-entry.ts';
import { fileOf, lineIn, tellableSource } from './source-header.ts';

export class Origins {
  readonly all: LedgerOrigin[] = [];
  readonly #lines = Buffer.allocUnsafe(ENTRIES_MAX * LINE_BYTES);
  /** Index of the origin noted last: most often it is the next one's too. */
  #last = -1;

  /**
   * Notes it of the entry of this number. A line's leading zeros are not kept.
   * @throws UndecodableError of a value that is not framed
   */
  note(record: LogRecord, entry: number): void {
    const header = record.headers?.source;
    const schemaId = schemaIdOf(record.value);
    const last = this.all[this.#last];
    let line = header !== undefined && last?.schemaId === schemaId && last.file !== null ? lineIn(header, last.file) : -1;
    if (line < 0) {
      const source = tellableSource(record);
      const file = source === null ? null : fileOf(source);
      if (last?.file !== file || last.schemaId !== schemaId) this.#last = this.#indexOf(file, schemaId);
      line = source === null ? 0 : lineIn(source, file!);
    }
    const at = entry * LINE_BYTES;
    this.#lines.writeUInt16BE(this.#last, at + LINE.origin);
    this.#lines.writeUIntBE(line, at + LINE.number, 5);
  }

  /** The packed lines of so many entries. */
  linesOf(entries: number): Buffer {
    return this.#lines.subarray(0, entries * LINE_BYTES);
  }

  #indexOf(file: string | null, schemaId: number): number {
    const index = this.all.findIndex((origin) => origin.file === file && origin.schemaId === schemaId);
    return index < 0 ? this.all.push({ file, schemaId }) - 1 : index;
  }
}
