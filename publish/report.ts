/**
 * What is told of a file: `<file name>.report.csv`, a row a refused line, and `<file name>.report.json`, the counts.
 *
 * For whoever sent the file: the line and the column are named, never what stands there.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../feeds/atomic-file.ts';
import { writeCsv } from '../feeds/csv-out.ts';
import type { Refusal as FileRefusal } from '../feeds/feed-error.ts';
import type { InspectedFile } from '../feeds/inspection.ts';
import type { RefusedLine, Timing } from './feed.ts';
import type { FileState } from './file-state.ts';
import { survey as surveyOf, type Survey } from './survey.ts';

/** Shown to people; all of them are in the report. */
const EXAMPLES_MAX = 5;
const COLUMNS = ['line', 'reason', 'field'];

export interface SurveyedFile {
  readonly survey: Survey;
  readonly examples: readonly RefusedLine[];
}

export interface FileReport {
  /** Name without folder. */
  readonly file: string;
  /** SHA-256 of the unpacked content; null when the file was refused whole. */
  readonly sha256: string | null;
  readonly topic: string;
  /** Of these lines, read = sent + alreadyThere + refused + unsent. */
  readonly lines: {
    readonly read: number; readonly sent: number; readonly alreadyThere: number; readonly refused: number; readonly unsent: number;
  };
  /** Refused lines by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Why the file was refused whole; null when it was not. */
  readonly refusedWhole: { readonly reason: string; readonly message: string } | null;
  /** Every good line is on the topic; false also of a file refused whole, and of one whose sending was stopped. */
  readonly complete: boolean;
}

/** Surveys a file and, with a folder, writes its CSV on the way. @throws FeedError */
export async function surveyReported(
  file: InspectedFile, timing: Timing, reportDir: string | null, onLines: (lines: number) => void,
): Promise<SurveyedFile> {
  const examples: RefusedLine[] = [];
  let surveyed: Survey | undefined;
  async function* rows(): AsyncGenerator<readonly [readonly [number, string, string | null]]> {
    const lines = surveyOf(file, timing, onLines);
    for (;;) {
      const { done, value } = await lines.next();
      if (done) {
        surveyed = value;
        return;
      }
      if (examples.length < EXAMPLES_MAX) examples.push(value);
      yield [[value.line, value.reason, value.field]];
    }
  }
  if (reportDir === null) for await (const _page of rows()) continue;
  else {
    // That of an earlier run would stand there if this one fails.
    await rm(jsonPath(reportDir, file.name), { force: true });
    await writeCsv(csvPath(reportDir, file.name), COLUMNS, rows());
  }
  return { survey: surveyed!, examples };
}

export function reportOf({ survey, sent, alreadyThere, isComplete }: FileState, topic: string): FileReport {
  const { file, digest, lines, good, refused } = survey;
  return {
    file: file.name, sha256: digest, topic,
    lines: { read: lines, sent, alreadyThere, refused: lines - good, unsent: Math.max(0, good - sent - alreadyThere) },
    reasons: refused, refusedWhole: null, complete: isComplete,
  };
}

export function refusalReport({ file, reason, message }: FileRefusal, topic: string): FileReport {
  const lines = { read: 0, sent: 0, alreadyThere: 0, refused: 0, unsent: 0 };
  return { file, sha256: null, topic, lines, reasons: {}, refusedWhole: { reason, message }, complete: false };
}

export async function writeReport(report: FileReport, reportDir: string): Promise<void> {
  // None of its lines was looked at; an earlier run may have.
  if (report.refusedWhole !== null) await writeCsv(csvPath(reportDir, report.file), COLUMNS, []);
  await writeWhole(jsonPath(reportDir, report.file), [`${JSON.stringify(report, null, 2)}\n`]);
}

export function csvPath(reportDir: string, name: string): string {
  return join(reportDir, `${name}.report.csv`);
}

function jsonPath(reportDir: string, name: string): string {
  return join(reportDir, `${name}.report.json`);
}
