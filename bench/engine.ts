/**
 * How fast is the engine, and is it right at that speed? `npm run bench:engine`.
 *
 * A broker, a Redis and a registry of its own (local processes, Redis without an append-only file); a backlog of
 * generated transactions; one processor with all roles but close. CPU comes from the process table, against a floor of the
 * same run: fetching and decoding alone. The result is checked against a replay of the same files. Then the time from
 * publishing to visible at a steady rate.
 *
 *     npm run bench:engine -- [--transactions 1000000] [--citizens 20000] [--seed 1] [--no-latency]
 *                             [--per-second 1000] [--seconds 30] [--profile DIR] [--keep]
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from '../generate/generate.ts';
import { parseProgramme } from '../programme/parse.ts';
import { floorOf, foldEnrolments, validate, workOff, type Cost } from './engine/backlog.ts';
import { latency } from './engine/latency.ts';
import { publishEnrolments, publishTransactions } from './engine/publish.ts';
import { commandTimes, openRun, startServers, type Partitions, type Servers } from './engine/stack.ts';

/** As the contract's defaults have it; transactions as many as cards. */
const PARTITIONS: Partitions = { transactions: 12, cards: 12, ledger: 24 };
/** Before every deadline, so that a replay closes nothing either. */
const AS_OF = '2020-12-01T00:00:00Z';

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '1000000' },
    // 48 payments each: what the nation's 784 million are to its 16.4 million cards.
    citizens: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    'per-second': { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
    latency: { type: 'boolean', default: true },
    backlog: { type: 'boolean', default: true },
    validate: { type: 'boolean', default: true },
    profile: { type: 'string' },
  },
  allowNegative: true,
});

const outDir = await mkdtemp(join(tmpdir(), 'tornaconto-bench-'));
const servers = await startServers();
try {
  if (values.backlog) await backlog(servers);
  if (values.latency) await steady(servers);
} finally {
  await servers.stop();
  await rm(outDir, { recursive: true });
}

async function backlog(servers: Servers): Promise<void> {
  const dataDir = join(outDir, 'data');
  const data = await generate({
    seed: Number(values.seed), citizens: Number(values.citizens), payments: Number(values.transactions), outDir: dataDir, window: 'christmas',
  });
  const paths = (names: readonly string[]) => names.map((name) => join(dataDir, name));
  const programmeFile = join(dataDir, data.programme);
  const programme = parseProgramme(await readFile(programmeFile, 'utf8'));
  const run = await openRun(servers, 'backlog.', 'producer', PARTITIONS, programme);
  const events = await publishEnrolments(run, paths(data.enrolments));
  const records = await publishTransactions(run, paths(data.transactions), programme.timeZone);
  const { applied = 0, duplicate = 0, conflict = 0 } = data.expected.transactions.outcomes;
  console.log(`${records} transactions of ${values.citizens} citizens (${applied + duplicate + conflict} qualify), ${events} enrolment events`);

  const enrolments = await foldEnrolments(servers, run, programmeFile, events);
  const floorUs = await floorOf(servers, run, records);
  const profile = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile];
  await commandTimes(servers.redis.url);
  const { folded, kept } = await workOff(servers, run, programmeFile, records, applied + duplicate + conflict, profile);
  print('enrolments', enrolments, null);
  print('folded', folded, floorUs);
  print('folded, totals kept', kept, floorUs);
  if (values.profile !== undefined) console.log((await commandTimes(servers.redis.url)).join('\n'));
  if (values.validate) console.log(`${await validate(servers, run, data, dataDir, outDir, AS_OF)} totals validated`);
  await run.close();
}

async function steady(servers: Servers): Promise<void> {
  const perSecond = Number(values['per-second']);
  const { samples, p50Ms, p99Ms, processorPercent, redisPercent } = await latency(servers, {
    perSecond, seconds: Number(values.seconds), partitions: PARTITIONS, outDir, seed: Number(values.seed),
  });
  console.log(`publish to visible at ${perSecond}/s, ${samples} samples: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms; `
    + `processor ${processorPercent.toFixed(0)} % of a core, Redis ${redisPercent.toFixed(0)} %`);
}

/** CPU µs a record. */
function print(what: string, { processorUs, redisUs, perSecond }: Cost, floorUs: number | null): void {
  const sumUs = processorUs + redisUs;
  const floor = floorUs === null ? '' : `  floor ${floorUs.toFixed(2)}  ratio ${(sumUs / floorUs).toFixed(1)}`;
  console.log(`${what.padEnd(20)} processor ${processorUs.toFixed(2)}  redis ${redisUs.toFixed(2)}  sum ${sumUs.toFixed(2)}${floor}  `
    + `${Math.round(perSecond)}/s`);
}
