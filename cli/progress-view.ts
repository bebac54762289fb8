/**
 * Progress: a bar in a terminal, a plain line now and then elsewhere, on standard error.
 */
import { Presets, SingleBar } from 'cli-progress';

const LINE_EVERY_MS = 5_000;

export interface Step {
  readonly step: string;
  /** How many are done, for people. */
  readonly lines: number;
  /** For the bar; where a step counts something else than bytes, that. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** What `lines` counts, when it is not lines. */
  readonly unit?: string;
}

export class ProgressView {
  readonly #startMs = Date.now();
  #bar: SingleBar | null = null;
  #step: string | null = null;
  #lastLineMs = Date.now();

  show(progress: Step): void {
    if (process.stderr.isTTY) this.#draw(progress);
    else this.#print(progress);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #draw({ step, lines, bytesDone, bytesTotal, unit = 'lines' }: Step): void {
    if (step !== this.#step) {
      this.end();
      this.#step = step;
      this.#bar = new SingleBar({
        format: `${step.padEnd(12)} {bar} {percentage} %  {lines} ${unit}  {duration_formatted}`,
        stream: process.stderr, hideCursor: true, clearOnComplete: false,
      }, Presets.shades_classic);
      this.#bar.start(Math.max(bytesTotal, 1), 0, { lines: 0 });
    }
    this.#bar?.update(bytesDone, { lines: lines.toLocaleString('en') });
  }

  #print({ step, lines, unit = 'lines' }: Step): void {
    const nowMs = Date.now();
    if (nowMs - this.#lastLineMs < LINE_EVERY_MS) return;
    this.#lastLineMs = nowMs;
    console.error(`${step}: ${lines.toLocaleString('en')} ${unit}, ${Math.round((nowMs - this.#startMs) / 1000)} s`);
  }
}
