/**
 * How far a replay has come, for whoever watches.
 */
import type { InspectedFile } from '../feeds/inspection.ts';

export interface Progress {
  readonly step: 'checking' | 'enrolments' | 'transactions' | 'closing' | 'writing';
  /** Lines read so far in this step. */
  readonly lines: number;
  /** Files finished or, for the estimate, under way; sizes in bytes. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Measures a step by the sizes of its files, in whatever order they come. Called for every batch, so it only adds. */
export class FileMeter {
  readonly #step: Progress['step'];
  readonly #files: readonly InspectedFile[];
  readonly #bytesTotal: number;
  readonly #begun = new Set<number>();
  #bytesDone = 0;

  constructor(step: Progress['step'], files: readonly InspectedFile[]) {
    this.#step = step;
    this.#files = files;
    this.#bytesTotal = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** `index`: the file that lines were last read from. */
  at(index: number, lines: number): Progress {
    if (!this.#begun.has(index)) {
      this.#begun.add(index);
      this.#bytesDone += this.#files[index]!.sizeBytes;
    }
    return { step: this.#step, lines, bytesDone: this.#bytesDone, bytesTotal: this.#bytesTotal };
  }
}
