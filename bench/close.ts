/**
 * How long does the close of a period take, how much memory does the closer need, and is what it pays right?
 * `npm run bench:close`.
 *
 * A broker, a Redis and a registry of its own (local processes, Redis without an append-only file). The ledger is filled
 * with made-up payments, accrue folds it as it would any other; then `tornaconto close` is measured as a process of its
 * own, beside accrue, and so is `tornaconto verify`, which folds the same ledger again. The smallest run is there to show
 * what of the memory is Node's own.
 *
 *     npm run bench:close -- [--sizes 1000x20,100000x20,1000000x8]    citizens x payments of each
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { VerifyReport } from '../audit/verify.ts';
import { parseProgramme } from '../programme/parse.ts';
import { fillLedger, type Expected, type Population } from './close/ledger.ts';
import { environmentOf, RunningProcessor } from './engine/processor.ts';
import { openRun, startServers, type Partitions, type Run, type Servers } from './engine/stack.ts';
import { measured, type Measured } from './measured.ts';

const PARTITIONS: Partitions = { transactions: 1, cards: 1, ledger: 24 };
const FOLD_MS_MAX = 60 * 60_000;
const CLOSE_SECONDS_MAX = '7200';

const { values } = parseArgs({ options: { sizes: { type: 'string', default: '1000x20,100000x20,1000000x8' } } });
const sizes = values.sizes.split(',').map((size): Population => {
  const [citizens, payments] = size.split('x').map(Number);
  if (!Number.isInteger(citizens) || !Number.isInteger(payments) || payments! < 3) throw new Error('--sizes: CITIZENSxPAYMENTS, at least 3 payments each');
  return { citizens: citizens!, payments: payments! };
});

const outDir = await mkdtemp(join(tmpdir(), 'tornaconto-bench-close-'));
const servers = await startServers();
try {
  console.log(row('citizens', 'payments', 'payouts', 'fold s', 'close s', 'close CPU s', 'closer MiB', 'verify s', 'verify MiB'));
  for (const size of sizes) console.log(row(...await closeOf(servers, size)));
} finally {
  await servers.stop();
  await rm(outDir, { recursive: true });
}

async function closeOf(servers: Servers, population: Population): Promise<string[]> {
  const text = JSON.stringify(programmeOf(population));
  const programmeFile = join(outDir, `${population.citizens}.json`);
  await writeFile(programmeFile, text);
  const programme = parseProgramme(text);
  const period = programme.periods[0]!;
  const run = await openRun(servers, `close${population.citizens}.`, 'producer', PARTITIONS, programme);
  try {
    const expected = await fillLedger(run, programme, period, population);
    const env = environmentOf(servers, run, programmeFile);
    // The measured processes inherit it.
    Object.assign(process.env, env);
    const foldedMs = performance.now();
    const accrue = await RunningProcessor.start(['accrue'], env);
    await folded(run, expected.payments);
    const foldMs = performance.now() - foldedMs;
    const close = await measured('cli/main.ts', ['close', period.id, '--timeout', CLOSE_SECONDS_MAX]);
    const verify = await measured('cli/main.ts', ['verify', period.id, '--json']);
    await accrue.stop();
    validate(close, verify, expected, period.superCashback!);
    return [
      String(population.citizens), String(expected.payments), String(expected.paid), seconds(foldMs), seconds(close.wallMs),
      seconds(close.cpuMs), close.peakMiB.toFixed(0), seconds(verify.wallMs), verify.peakMiB.toFixed(0),
    ];
  } finally {
    await run.close();
  }
}

function programmeOf({ payments }: Population): object {
  return {
    programme: 'bench', timeZone: 'Europe/Rome', currency: '978',
    periods: [{
      id: 'all', from: '2021-01-01', until: '2021-07-01', grace: 'P30D', rateBasisPoints: 1000, transactionCapCents: 1500,
      periodCapCents: 15_000, minimumTransactions: payments, superCashback: { ranks: 100_000, cents: 150_000 },
    }],
  };
}

/** Until accrue has folded all of it and no citizen's kept total is older than the citizen's payments. */
async function folded({ citizens, partitions }: Run, payments: number): Promise<void> {
  for (const endMs = performance.now() + FOLD_MS_MAX; performance.now() < endMs; await sleep(250)) {
    const shards = Array.from({ length: partitions.ledger }, (_, shard) => shard);
    const counts = await Promise.all(shards.map((shard) => citizens.counts(shard)));
    if (counts.reduce((sum, { outcomes }) => sum + outcomes.applied, 0) < payments) continue;
    const touched = await Promise.all(shards.map((shard) => citizens.touched(shard, 1)));
    if (touched.every((page) => page.citizens.length === 0)) return;
  }
  throw new Error('accrue did not fold the ledger in time');
}

/** A fast close that pays otherwise is worth nothing. */
function validate(close: Measured, verify: Measured, expected: Expected, prize: { readonly ranks: number; readonly cents: number }): void {
  if (close.exitCode !== 0) throw new Error(`close ended with ${close.exitCode}: ${close.stderr}`);
  if (verify.exitCode !== 0) throw new Error(`verify ended with ${verify.exitCode}: ${verify.stdout.slice(0, 2000)}${verify.stderr}`);
  const { payouts, differenceCount } = JSON.parse(verify.stdout) as VerifyReport;
  const prizes = Math.min(expected.paid, prize.ranks);
  const found = [differenceCount, payouts.CASHBACK?.payouts, payouts.CASHBACK?.amountCents, payouts.SUPER_CASHBACK?.payouts, payouts.SUPER_CASHBACK?.amountCents];
  const wanted = [0, expected.paid, expected.amountCents, prizes, prizes * prize.cents];
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`wrong payouts: ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function row(...cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(11)).join(' ');
}
