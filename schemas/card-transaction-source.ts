/**
 * Gives the reader of card transactions a body in our own schema, whatever schema it was written with.
 *
 * Nearly every value is of our schema, and its body is pointed at where it lies. One of another schema is decoded
 * and encoded again in ours, so that everything behind has one path. Fields are not judged here: what a text
 * holds is the reader's to say.
 */
import { FRAME_BYTES } from './frame.ts';
import type { CardTransaction } from './generated/types.ts';
import type { Serde } from './serde.ts';

export class CardTransactionSource {
  /** The body given last: `bytes` from `start` to `end` (exclusive). */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  private readonly serde: Serde<CardTransaction>;

  constructor(serde: Serde<CardTransaction>) {
    this.serde = serde;
  }

  /** As `Serde.prepare`: to be awaited for a batch before its bodies. */
  prepare(values: Iterable<Buffer | null>): Promise<void> {
    return this.serde.prepare(values);
  }

  /**
   * The body of a prepared value, on this object until the next call. Throws UndecodableError; a value of our
   * schema is only read by the reader, which tells `UNDECODABLE` by itself.
   */
  body(value: Buffer | null): this {
    const ours = this.serde.hasOurLayout(value);
    this.bytes = ours ? value! : this.serde.encodeBody(this.serde.decode(value));
    this.start = ours ? FRAME_BYTES : 0;
    this.end = this.bytes.length;
    return this;
  }
}
