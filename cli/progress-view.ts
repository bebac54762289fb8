/**
 * Progress: a bar in a terminal, a plain line now and then elsewhere, on standard error.
 */
import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../replay/progress.ts';

const LINE_EVERY_MS = 5_000;

export class ProgressView {
  readonly #startMs = Date.now();
  #bar: SingleBar | null = null;
  #step: Progress['step'] | null = null;
  #lastLineMs = Date.now();

  show(progress: Progress): void {
    if (process.stderr.isTTY) this.#draw(progress);
    else this.#print(progress);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #draw({ step, lines, bytesDone, bytesTotal }: Progress): void {
    if (step !== this.#step) {
      this.end();
      this.#step = step;
      this.#bar = new SingleBar({
        format: `${step.padEnd(12)} {bar} {percentage} %  {lines} lines  {duration_formatted}`,
        stream: process.stderr, hideCursor: true, clearOnComplete: false,
      }, Presets.shades_classic);
      this.#bar.start(Math.max(bytesTotal, 1), 0, { lines: 0 });
    }
    this.#bar?.update(bytesDone, { lines: lines.toLocaleString('en') });
  }

  #print({ step, lines }: Progress): void {
    const nowMs = Date.now();
    if (nowMs - this.#lastLineMs < LINE_EVERY_MS) return;
    this.#lastLineMs = nowMs;
    console.error(`${step}: ${lines.toLocaleString('en')} lines, ${Math.round((nowMs - this.#startMs) / 1000)} s`);
  }
}
