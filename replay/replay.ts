/**
 * `tornaconto replay`: files in, the whole pipeline in this process, five files out.
 *
 * Source: contract, section 6. Enrolments first, then all transactions in the order of their arrival; a period is
 * closed as soon as arrivals have passed its deadline, so what comes later meets a closed period, as it will in production.
 */
import { EmbeddedEngine } from '../embedded/engine.ts';
import { inArrivalOrder } from '../feeds/arrival-order.ts';
import { readEnrolments } from '../feeds/enrolment-file.ts';
import type { Refusal } from '../feeds/feed-error.ts';
import { inspect, type FeedKind, type InspectedFile } from '../feeds/inspection.ts';
import type { OutgoingRecord } from '../ports/log.ts';
import type { Period, Programme } from '../programme/programme.ts';
import {
  assertAddsUp, processedFigures, summarise, type FeedFigures, type PeriodFigures, type Summary,
} from '../reports/figures.ts';
import { adjustmentRows, payoutsOf, quarantinedOf, sortQuarantine } from '../reports/rows.ts';
import { writeReports } from '../reports/write-reports.ts';
import { Random } from '../runtime/random.ts';
import { PeriodSums } from '../reports/period-sums.ts';
import { partitionOf } from '../topology/partition-of.ts';
import { FILES_MAX, Positions } from './positions.ts';
import { FileMeter, type Progress } from './progress.ts';

export interface ReplayOptions {
  readonly programme: Programme;
  readonly enrolments: readonly string[];
  readonly transactions: readonly string[];
  /** Made when it is not there. */
  readonly outDir: string;
  /** Periods whose deadline is not after this are closed; ms since the epoch. */
  readonly asOfMs: number;
  /** Of the order of deliveries, which changes nothing. */
  readonly seed?: number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface ReplayResult {
  readonly summary: Summary;
  readonly refusals: readonly Refusal[];
  readonly periods: readonly PeriodFigures[];
}

type QuarantineRow = readonly [source: string, line: number, reason: string, field: string | null];

const NO_FILES = { lines: 0, bytesDone: 0, bytesTotal: 0 } as const;

/** Records published between two rounds of work: bounds memory. */
const PUBLISH_RECORDS = 16_384;

/** @throws FeedError; FiguresError and ProcessingError are faults of the program */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const run = await Run.start(options);
  await run.enrol();
  await run.transact();
  return run.finish();
}

class Run {
  readonly #options: ReplayOptions;
  readonly #engine: EmbeddedEngine;
  readonly #files: Readonly<Record<FeedKind, readonly InspectedFile[]>>;
  readonly #refusals: readonly Refusal[];
  readonly #quarantine: QuarantineRow[] = [];
  readonly #transactions = new Positions();
  readonly #enrolments: Positions[];
  readonly #lines = { enrolments: 0, malformedEnrolments: 0, transactions: 0, malformedTransactions: 0 };
  /** Still to be closed, the next deadline first. */
  #closable: readonly Period[];

  private constructor(options: ReplayOptions, engine: EmbeddedEngine, inspected: Inspected) {
    this.#options = options;
    this.#engine = engine;
    this.#files = inspected.files;
    this.#refusals = inspected.refusals;
    this.#enrolments = Array.from({ length: engine.context.partitions('card-enrolments') }, () => new Positions());
    this.#closable = options.programme.byDeadline.filter((period) => period.deadlineMs <= options.asOfMs);
  }

  static async start(options: ReplayOptions): Promise<Run> {
    const inspected = await inspectAll(options);
    const random = Random.of(options.seed ?? 0, 'replay');
    const engine = await EmbeddedEngine.open({ programme: options.programme, choose: (n) => random.below(n) });
    return new Run(options, engine, inspected);
  }

  async enrol(): Promise<void> {
    const { serdes, partitions } = this.#engine.context;
    const shards = partitions('card-enrolments');
    const meter = new FileMeter('enrolments', this.#files.enrolments);
    for (const [index, file] of this.#files.enrolments.entries()) {
      for await (const items of readEnrolments(file)) {
        const records: OutgoingRecord[][] = Array.from({ length: shards }, () => []);
        for (const item of items) {
          this.#lines.enrolments++;
          if (item.enrolment === null) {
            this.#lines.malformedEnrolments++;
            this.#quarantine.push([file.name, item.line, 'malformed', item.field]);
            continue;
          }
          const { enrolment } = item;
          const shard = partitionOf(enrolment.hashPan, shards);
          this.#enrolments[shard]!.push(index, item.line);
          records[shard]!.push({ key: enrolment.hashPan, value: serdes.enrolment.encode(enrolment), timestampMs: enrolment.at });
        }
        for (const [shard, ofShard] of records.entries()) {
          if (ofShard.length > 0) await this.#engine.publish('card-enrolments', shard, ofShard);
        }
        await this.#work();
        this.#tell(meter.at(index, this.#lines.enrolments));
      }
    }
  }

  async transact(): Promise<void> {
    const { serdes, calendar } = this.#engine.context;
    const files = this.#files.transactions;
    const meter = new FileMeter('transactions', files);
    let records: OutgoingRecord[] = [];
    for await (const items of inArrivalOrder(files, calendar)) {
      for (const item of items) {
        this.#lines.transactions++;
        if (item.transaction === null) {
          this.#lines.malformedTransactions++;
          this.#quarantine.push([files[item.source]!.name, item.line, 'malformed', item.field]);
          continue;
        }
        const { transaction, arrivalMs } = item;
        if (this.#closable.length > 0 && arrivalMs >= this.#closable[0]!.deadlineMs) {
          await this.#publish(records);
          records = [];
          await this.#closeUntil(arrivalMs);
        }
        this.#transactions.push(item.source, item.line);
        records.push({ key: transaction.hashPan, value: serdes.transaction.encode(transaction), timestampMs: arrivalMs });
      }
      if (records.length >= PUBLISH_RECORDS) {
        await this.#publish(records);
        records = [];
      }
      this.#tell(meter.at(items.at(-1)!.source, this.#lines.transactions));
    }
    await this.#publish(records);
    await this.#closeUntil(Infinity);
  }

  async finish(): Promise<ReplayResult> {
    const { context } = this.#engine;
    this.#tell({ step: 'writing', ...NO_FILES });
    const payouts = await payoutsOf(context);
    const quarantine = sortQuarantine([...this.#quarantine, ...(await this.#refusedRecords())]);
    const processed = await processedFigures(context);
    const summary = summarise(this.#feedFigures(), processed, {
      count: payouts.length,
      amountCents: payouts.reduce((sum, { amount }) => sum + amount, 0),
    });
    assertAddsUp(summary, processed, quarantine.length);
    const adjustments = await adjustmentRows(context);
    const sums = new PeriodSums(this.#options.programme, this.#options.asOfMs, payouts, adjustments);
    await writeReports(context, this.#options.outDir, { payouts, adjustments, quarantine, summary }, (rows) => sums.counting(rows));
    await this.#engine.stop();
    return { summary, refusals: this.#refusals, periods: sums.figures() };
  }

  async #publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length > 0) await this.#engine.publish('card-transactions', 0, records);
    await this.#work();
  }

  async #work(): Promise<void> {
    await this.#engine.drain();
    this.#engine.trim();
  }

  async #closeUntil(arrivalMs: number): Promise<void> {
    for (let period = this.#closable[0]; period !== undefined && period.deadlineMs <= arrivalMs; period = this.#closable[0]) {
      this.#tell({ step: 'closing', ...NO_FILES });
      await this.#engine.close(period);
      this.#closable = this.#closable.slice(1);
    }
  }

  /** What the processors have quarantined, by the files and lines it came from. */
  async #refusedRecords(): Promise<QuarantineRow[]> {
    const records = await quarantinedOf(this.#engine.context);
    return records.map(({ topic, partition, offset, reason, field }) => {
      const [positions, files] = topic === 'card-transactions'
        ? [this.#transactions, this.#files.transactions]
        : [this.#enrolments[partition]!, this.#files.enrolments];
      const { file, line } = positions.at(offset);
      return [files[file]!.name, line, reason, field];
    });
  }

  #feedFigures(): FeedFigures {
    const { enrolments, malformedEnrolments, transactions, malformedTransactions } = this.#lines;
    return {
      filesRead: this.#files.enrolments.length + this.#files.transactions.length,
      filesRefused: this.#refusals.length,
      enrolmentLines: enrolments, malformedEnrolments, transactionLines: transactions, malformedTransactions,
    };
  }

  #tell(progress: Progress): void {
    this.#options.onProgress?.(progress);
  }
}

interface Inspected {
  readonly files: Readonly<Record<FeedKind, InspectedFile[]>>;
  readonly refusals: Refusal[];
}

/** Every file is opened and checked before the first record of any counts. */
async function inspectAll(options: ReplayOptions): Promise<Inspected> {
  const files: Record<FeedKind, InspectedFile[]> = { enrolments: [], transactions: [] };
  const refusals: Refusal[] = [];
  for (const kind of ['enrolments', 'transactions'] as const) {
    if (options[kind].length > FILES_MAX) throw new RangeError(`more than ${FILES_MAX} files of ${kind}`);
    for (const path of options[kind]) {
      const inspection = await inspect(path, kind);
      if (inspection.refused === null) files[kind].push(inspection.file);
      else refusals.push(inspection.refused);
      options.onProgress?.({ step: 'checking', lines: 0, bytesDone: files[kind].length, bytesTotal: options[kind].length });
    }
  }
  return { files, refusals };
}
