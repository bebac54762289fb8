/**
 * A whole installation under a prefix of its own: topics, a data set, processors, and what they have come to. Everything
 * goes through the commands that people run; only waiting and planting look behind them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Connected } from '../../cli/connect.ts';
import { EXIT } from '../../cli/exit.ts';
import { readConfig } from '../../config/config.ts';
import { createLogger } from '../../config/logger.ts';
import type { Context } from '../../processors/context.ts';
import { newestReceipt } from '../../processors/receipts.ts';
import { runCli, type Finished } from '../cli/run-cli.ts';
import { freshPrefix } from '../stack/stack.ts';
import { readAnswer, type Answer } from './answer.ts';
import type { DataSet } from './data-set.ts';
import { Processor } from './processor.ts';

export interface Servers {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly registryUrl: string;
}

const POLL_MS = 250;

export class System {
  readonly prefix = freshPrefix();
  readonly environment: Readonly<Record<string, string>>;
  readonly processors: Processor[] = [];
  readonly #dataSet: DataSet;
  #connected: Promise<Connected> | undefined;

  constructor(servers: Servers, dataSet: DataSet, more: Readonly<Record<string, string>> = {}) {
    this.#dataSet = dataSet;
    this.environment = {
      KAFKA_BROKERS: servers.brokers.join(','), REDIS_URL: servers.redisUrl, SCHEMA_REGISTRY_URL: servers.registryUrl,
      PROGRAMME_FILE: dataSet.programmeFile, TOPIC_PREFIX: this.prefix, ARRIVAL: 'producer',
      CARD_PARTITIONS: '3', LEDGER_PARTITIONS: '6', ...more,
    };
  }

  /** Runs a command to its end. @throws Error with what it said when it ends otherwise than expected */
  async command(args: readonly string[], codes: readonly number[] = [EXIT.done]): Promise<Finished> {
    const finished = await runCli(args, this.environment);
    if (finished.code === null || !codes.includes(finished.code)) {
      throw new Error(`tornaconto ${args.slice(0, 3).join(' ')} … ends with ${finished.code}: ${finished.stdout.slice(-2_000)}${finished.stderr.slice(-2_000)}`);
    }
    return finished;
  }

  async makeTopics(): Promise<void> {
    await this.command(['topics', '--apply']);
  }

  /** Lines that are no records are refused (3), as they should be. */
  async publish(kind: 'enrolments' | 'transactions', files: readonly string[]): Promise<void> {
    await this.command(['publish', kind, ...files], [EXIT.done, EXIT.refused]);
  }

  /** Starts a processor; `listening` of it says when it answers. */
  start(roles?: string): Processor {
    const processor = new Processor(roles, this.environment);
    this.processors.push(processor);
    return processor;
  }

  /** Connected on first use, when topics are there. */
  async context(): Promise<Context> {
    this.#connected ??= connect(readConfig(['kafka', 'registry', 'redis', 'programme'], this.environment), this.#dataSet.programme,
      createLogger({ logLevel: 'silent', serviceName: 'test' }));
    return (await this.#connected).of('test').context;
  }

  /** What is published and not yet in every citizen's kept total, by the stores and the receipts; empty = nothing. */
  async unfolded(): Promise<string[]> {
    const context = await this.context();
    const { reader, topic, cards, citizens } = context;
    const behind: string[] = [];
    const note = (where: string, position: number, high: number): void => {
      if (position !== high) behind.push(`${where}: ${position} of ${high}`);
    };
    for (const [shard, { high }] of (await reader.watermarks(topic('card-enrolments'))).entries()) {
      note(`enrol ${shard}`, (await cards.counts(shard)).position, high);
    }
    for (const [partition, { high }] of (await reader.watermarks(topic('card-transactions'))).entries()) {
      if (high > 0) note(`qualify ${partition}`, (await newestReceipt(context, partition))?.end ?? 0, high);
    }
    for (const [shard, { high }] of (await reader.watermarks(topic('citizen-ledger'))).entries()) {
      note(`accrue ${shard}`, (await citizens.counts(shard)).position, high);
      const { citizens: touched } = await citizens.touched(shard, 1);
      if (touched.length > 0) behind.push(`totals ${shard}: not all kept`);
    }
    return behind;
  }

  /** @throws Error saying what is behind when it takes longer */
  async untilFolded(limitMs: number): Promise<void> {
    await this.until(limitMs, async () => this.unfolded());
  }

  /** The processors' own word: their lag is 0 and each is ready. @throws Error that says what is not */
  async untilIdle(limitMs: number): Promise<void> {
    await this.until(limitMs, async () => {
      const states = await Promise.all(this.#running().map(async (processor) => {
        const [{ code, waitingFor }, samples] = await Promise.all([processor.readiness(), processor.metrics()]);
        const lag = samples.filter(({ name }) => name === 'tornaconto_lag_records').reduce((sum, { value }) => sum + value, 0);
        return code === 200 && lag === 0 ? [] : [`${processor.pid}: ${code} ${waitingFor.join('; ')}, lag ${lag}`];
      }));
      return states.flat();
    });
  }

  /** Asks until nothing is left to say; servers may be away meanwhile. */
  async until(limitMs: number, ask: () => Promise<readonly string[]>): Promise<void> {
    const deadlineMs = performance.now() + limitMs;
    for (;;) {
      const left = await ask().catch((error: unknown) => [error instanceof Error ? error.message : 'a fault']);
      if (left.length === 0) return;
      if (performance.now() > deadlineMs) {
        throw new Error([`after ${limitMs} ms:`, ...left, ...this.processors.map((processor) => processor.lastWords())].join('\n'));
      }
      await sleep(POLL_MS);
    }
  }

  /** Sum of a metric over the processors that run. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const samples = (await Promise.all(this.#running().map((processor) => processor.metrics()))).flat();
    return samples
      .filter((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** What `export` says, with files and lines in the place of partitions and offsets. */
  async answer(): Promise<Answer> {
    const outDir = await mkdtemp(join(tmpdir(), 'tornaconto-export-'));
    try {
      await this.command(['export', '--out', outDir], [EXIT.done, EXIT.refused]);
      const answer = await readAnswer(outDir);
      const sources = answer.quarantine.length === 0 ? new Map<string, string>() : await this.#sources();
      return { ...answer, quarantine: answer.quarantine.map((row) => this.#named(row, sources)).sort() };
    } finally {
      await rm(outDir, { recursive: true, force: true });
    }
  }

  /** Kills what still runs. */
  async stop(): Promise<void> {
    await Promise.all(this.#running().map((processor) => processor.kill()));
    await (await this.#connected?.catch(() => undefined))?.close();
  }

  #running(): Processor[] {
    return this.processors.filter(({ end }) => end === undefined);
  }

  #named(row: string, sources: ReadonlyMap<string, string>): string {
    const [topic, offset, ...rest] = row.split(',');
    return [sources.get(`${topic}/${offset}`) ?? `${topic},${offset}`, ...rest].join(',');
  }

  /** `file,line` by `topic/partition/offset`, from the header of each record that was published. */
  async #sources(): Promise<Map<string, string>> {
    const { reader, topic } = await this.context();
    const sources = new Map<string, string>();
    for (const name of [topic('card-transactions'), topic('card-enrolments')]) {
      for (const [partition, { start, high }] of (await reader.watermarks(name)).entries()) {
        for await (const records of reader.range(name, partition, start, high)) {
          for (const { offset, headers } of records) {
            const [digest = '', line = ''] = headers?.source?.split(':') ?? [];
            const file = this.#dataSet.names.get(digest);
            if (file !== undefined) sources.set(`${name}/${partition}/${offset}`, `${file},${line}`);
          }
        }
      }
    }
    return sources;
  }
}
