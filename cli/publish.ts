/**
 * `tornaconto publish enrolments|transactions FILE...`: sends files to Kafka, each good line once, also when it is killed
 * and run again. Contract, section 6. Exit 0 done, 3 a line or file was refused, 2 a file cannot be read, 1 a fault or
 * stopped before the end.
 */
import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { Argument, Command } from 'commander';
import { readConfig, type Config } from '../config/config.ts';
import type { Refusal } from '../feeds/feed-error.ts';
import { inspect, type FeedKind, type InspectedFile } from '../feeds/inspection.ts';
import { Calendar } from '../programme/calendar.ts';
import { TOPIC_OF, type Timing } from '../publish/feed.ts';
import { publish } from '../publish/publish.ts';
import { refusalReport, reportOf, surveyReported, writeReport, type FileReport, type SurveyedFile } from '../publish/report.ts';
import { topicName } from '../topology/names.ts';
import { EXIT, UsageError } from './exit.ts';
import { ProgressView } from './progress-view.ts';
import { connectPublisher } from './publish-connection.ts';
import { publishSummary } from './publish-summary.ts';
import { readProgramme } from './replay.ts';

interface Options {
  readonly report?: string;
}

export function publishCommand(): Command {
  return new Command('publish')
    .description('Send files to Kafka, each good line once, even if it is killed and run again.')
    .addArgument(new Argument('<kind>', 'what the files hold').choices(['enrolments', 'transactions']))
    .argument('<files...>', 'as for replay; the order of sending is that of replay with ARRIVAL=producer, else as given')
    .option('--report <dir>', 'where a report a file is written: its refused lines (CSV), its counts (JSON)')
    .action(async (kind: FeedKind, files: string[], options: Options) => {
      process.exitCode = await run(kind, files, options.report ?? null);
    });
}

async function run(kind: FeedKind, paths: readonly string[], reportDir: string | null): Promise<number> {
  const config = readConfig(['kafka', 'registry']);
  const timing = await timingOf(kind, config);
  if (reportDir !== null) await makeReportDir(reportDir, paths);
  const stop = stopSignal();
  const view = new ProgressView();
  const { files, refusals } = await inspectAll(kind, paths, view);
  const topic = topicName(config.topicPrefix, TOPIC_OF[kind]);
  const connection = await connectPublisher(config, kind);
  try {
    const surveyed = await surveyAll(files, timing, reportDir, view);
    const states = await publish({
      ...connection, timing, topic,
      surveys: surveyed.map(({ survey }) => survey),
      isStopped: () => stop.aborted,
      onProgress: (step, done, total) => { view.show({ step, lines: done, unit: 'records', bytesDone: done, bytesTotal: total }); },
      onRetry: (error) => { console.error(`tornaconto: ${error.message}; trying again`); },
    });
    view.end();
    const reports: FileReport[] = [
      ...states.map((state) => reportOf(state, topic)),
      ...refusals.map((refusal) => refusalReport(refusal, topic)),
    ];
    if (reportDir !== null) for (const report of reports) await writeReport(report, reportDir);
    console.log(publishSummary(reports, surveyed, reportDir));
    if (states.some(({ isComplete }) => !isComplete)) {
      console.error('tornaconto: stopped before the end: run it again, and the rest is sent');
      return EXIT.fault;
    }
    return reports.some(({ lines: { refused }, refusedWhole }) => refused > 0 || refusedWhole !== null) ? EXIT.refused : EXIT.done;
  } finally {
    view.end();
    await connection.close();
  }
}

/** The names of transaction files tell their arrival in the programme's time zone. */
async function timingOf(kind: FeedKind, { arrival }: Config): Promise<Timing> {
  if (arrival === 'broker') return { arrival };
  if (kind === 'enrolments') return { arrival, calendar: new Calendar('UTC') };
  const { programmeFile } = readConfig(['kafka', 'registry', 'programme']);
  return { arrival, calendar: new Calendar((await readProgramme(programmeFile)).timeZone) };
}

async function makeReportDir(reportDir: string, paths: readonly string[]): Promise<void> {
  const names = paths.map((path) => basename(path));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`--report: two of the files are named ${twice}, and would have one report`);
  try {
    await mkdir(reportDir, { recursive: true });
  } catch (cause) {
    throw new UsageError(`--report: the folder cannot be made (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'})`, { cause });
  }
}

/** Every file is opened and checked before the first line of any is sent. @throws FeedError */
async function inspectAll(
  kind: FeedKind, paths: readonly string[], view: ProgressView,
): Promise<{ files: InspectedFile[]; refusals: Refusal[] }> {
  const files: InspectedFile[] = [];
  const refusals: Refusal[] = [];
  for (const [i, path] of paths.entries()) {
    view.show({ step: 'checking', lines: i, unit: 'files', bytesDone: i, bytesTotal: paths.length });
    const inspection = await inspect(path, kind, { digest: true });
    if (inspection.refused === null) files.push(inspection.file);
    else refusals.push(inspection.refused);
  }
  return { files, refusals };
}

async function surveyAll(files: readonly InspectedFile[], timing: Timing, reportDir: string | null, view: ProgressView): Promise<SurveyedFile[]> {
  const surveyed: SurveyedFile[] = [];
  const bytesTotal = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let [lines, bytesDone] = [0, 0];
  for (const file of files) {
    surveyed.push(await surveyReported(file, timing, reportDir, (more) => {
      view.show({ step: 'reading', lines: lines += more, bytesDone, bytesTotal });
    }));
    bytesDone += file.sizeBytes;
  }
  return surveyed;
}

/** The first SIGTERM or SIGINT lets the request under way end; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      console.error('tornaconto: stopping after the request under way');
      controller.abort();
      process.once(signal, () => process.exit(EXIT.fault));
    });
  }
  return controller.signal;
}
