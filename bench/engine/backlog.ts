/**
 * A backlog worked off: what it takes of CPU, and whether the result is right to the cent.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Generated } from '../../generate/generate.ts';
import { CpuMeter } from './cpu.ts';
import { command, environmentOf, RunningProcessor } from './processor.ts';
import type { Run, Servers } from './stack.ts';

const POLL_MS = 200;
const FLOOR = fileURLToPath(new URL('./floor.ts', import.meta.url));

/** CPU µs a record. */
export interface Cost {
  readonly records: number;
  readonly processorUs: number;
  readonly redisUs: number;
  readonly perSecond: number;
}

export interface BacklogCost {
  /** Until the last decision is folded: every answer and every read is right from here on. */
  readonly folded: Cost;
  /** Until the last citizen's total is kept and published too. */
  readonly kept: Cost;
}

/** What the processor makes of all enrolments. */
export async function foldEnrolments(servers: Servers, run: Run, programmeFile: string, events: number): Promise<Cost> {
  const processor = await RunningProcessor.start(['enrol'], environmentOf(servers, run, programmeFile));
  const meter = meterOf(servers, processor);
  await until(async () => sum(await processor.outcomes('enrol')) === events);
  const cost = costOf(meter, events);
  await processor.stop();
  return cost;
}

/**
 * Works off what is on the topic. The processor starts before the measure does; joining, claiming and the warming-up of
 * the engine are in it.
 */
export async function workOff(
  servers: Servers, run: Run, programmeFile: string, records: number, decisions: number, nodeArgs: readonly string[],
): Promise<BacklogCost> {
  const processor = await RunningProcessor.start(['enrol', 'qualify', 'accrue'], environmentOf(servers, run, programmeFile), nodeArgs);
  const meter = meterOf(servers, processor);
  const shards = Array.from({ length: run.partitions.ledger }, (_, shard) => shard);
  await until(async () => sum(await Promise.all(shards.map(async (shard) => sum((await run.citizens.counts(shard)).outcomes)))) === decisions);
  const folded = costOf(meter, records);
  await until(async () => (await Promise.all(shards.map((shard) => run.citizens.touched(shard, 1)))).every(({ citizens }) => citizens.length === 0));
  const kept = costOf(meter, records);
  const read = sum(await processor.outcomes('qualify'));
  if (read !== records) throw new Error(`the processor counts ${read} transactions of ${records}: something was read twice or never`);
  await processor.stop();
  return { folded, kept };
}

/** Fetching and decoding alone, CPU µs a record. */
export async function floorOf(servers: Servers, run: Run, records: number): Promise<number> {
  const args = [FLOOR, servers.kafka.brokers.join(','), run.topic('card-transactions'), String(records)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { cpuUs, unreadable } = JSON.parse(stdout) as { cpuUs: number; unreadable: number };
  if (unreadable > 0) throw new Error(`${unreadable} records of the backlog cannot be read`);
  return cpuUs;
}

/** The system's own export against a replay of the same files: every citizen's totals, byte for byte. */
export async function validate(
  servers: Servers, run: Run, data: Generated, dataDir: string, outDir: string, asOf: string,
): Promise<number> {
  const path = (name: string) => join(dataDir, name);
  await command(['replay', '--programme', path(data.programme), '--enrolments', ...data.enrolments.map(path),
    '--transactions', ...data.transactions.map(path), '--out', join(outDir, 'replayed'), '--as-of', asOf]);
  await command(['export', '--out', join(outDir, 'exported')], environmentOf(servers, run, path(data.programme)));
  const [replayed, exported] = await Promise.all(['replayed', 'exported'].map((name) => readFile(join(outDir, name, 'totals.csv'))));
  if (!replayed!.equals(exported!)) throw new Error(`${outDir}: totals.csv of replay and export differ`);
  console.log(`validated: totals.csv of export and replay are equal, sha256 ${createHash('sha256').update(exported!).digest('hex').slice(0, 16)}`);
  return exported!.toString('latin1').split('\n').length - 2;
}

function meterOf({ redisPid }: Servers, { pid }: RunningProcessor): CpuMeter<'processor' | 'redis'> {
  return new CpuMeter({ processor: pid, redis: redisPid });
}

function costOf(meter: CpuMeter<'processor' | 'redis'>, records: number): Cost {
  const { cpuMs, wallMs } = meter.read();
  return {
    records,
    processorUs: cpuMs.processor * 1000 / records,
    redisUs: cpuMs.redis * 1000 / records,
    perSecond: records * 1000 / wallMs,
  };
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!await reached()) await sleep(POLL_MS);
}

function sum(counts: Readonly<Record<string, number>> | readonly number[]): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
