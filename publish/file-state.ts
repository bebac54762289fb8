/**
 * How far a file has come: which of its good lines are not on the topic yet.
 */
import type { LineSet } from './line-set.ts';
import type { Survey } from './survey.ts';

export class FileState {
  readonly survey: Survey;
  /** A file of the same content that counts: its lines are this one's, and there is nothing to send. */
  readonly #twin: FileState | null;
  #there = 0;
  #sent = 0;

  private constructor(survey: Survey, twin: FileState | null) {
    this.survey = survey;
    this.#twin = twin;
  }

  /** Of files of one content the one whose records come first counts, as in `replay`: the others would be its duplicates. */
  static of(surveys: readonly Survey[]): FileState[] {
    const first = new Map<string, FileState>();
    const states = new Map<Survey, FileState>();
    for (const survey of surveys.toSorted((a, b) => earliestOf(a) - earliestOf(b))) {
      const state = new FileState(survey, first.get(survey.digest) ?? null);
      if (!first.has(survey.digest)) first.set(survey.digest, state);
      states.set(survey, state);
    }
    return surveys.map((survey) => states.get(survey)!);
  }

  get isTwin(): boolean {
    return this.#twin !== null;
  }

  /** Good lines that were on the topic when this run began to send; of a twin: that the other file has brought there. */
  get alreadyThere(): number {
    return this.#twin === null ? this.#there : this.#twin.#there + this.#twin.#sent;
  }

  /** Good lines acknowledged in this run. */
  get sent(): number {
    return this.#sent;
  }

  get isComplete(): boolean {
    return this.alreadyThere + this.sent >= this.survey.good;
  }

  /** Good lines not taken so far. */
  get missing(): LineSet {
    return this.survey.goodLines;
  }

  /** The topic has been read: what is missing now is to be sent. */
  noteReadBack(): void {
    this.#there = this.survey.good - this.missing.size;
  }

  noteSent(lines: number): void {
    this.#sent += lines;
  }
}

/** Without a good line the order is of no account. */
function earliestOf({ earliestMs }: Survey): number {
  return earliestMs ?? 0;
}
