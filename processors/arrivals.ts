/**
 * The newest arrival by acquirer, gathered over a batch: says how fresh each acquirer's records are.
 */
import { FIELD, type CardTransactionReader } from '../schemas/card-transaction-reader.ts';
import type { Telemetry } from './processor.ts';

export class Arrivals {
  /** By the code's five bytes, as a number: no text is made for each record. */
  readonly #newest = new Map<number, number>();

  note({ bytes, starts }: CardTransactionReader, arrivalMs: number): void {
    const code = bytes.readUIntBE(starts[FIELD.acquirerCode]!, 5);
    if (!(this.#newest.get(code)! >= arrivalMs)) this.#newest.set(code, arrivalMs);
  }

  tell(telemetry: Telemetry): void {
    const code = Buffer.alloc(5);
    for (const [number, arrivalMs] of this.#newest) {
      code.writeUIntBE(number, 0, 5);
      telemetry.arrived(code.toString('latin1'), arrivalMs);
    }
  }
}
