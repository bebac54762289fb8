/**
 * The table of a benchmark, and whether its goals hold.
 */
import type { Measured } from './measured.ts';

type Cost = Pick<Measured, 'wallMs' | 'cpuMs' | 'peakMiB'>;

export interface Result {
  readonly citizens: number;
  /** Lines of the transaction files; what the runs are called by. */
  readonly transactionLines: number;
  /** Lines of all files: what costs are divided by. */
  readonly lines: number;
  readonly files: number;
  readonly reading: Cost;
  readonly replay: Cost;
}

export interface Goal {
  readonly goal: string;
  readonly found: string;
  /** null: not measured by these runs. */
  readonly holds: boolean | null;
}

const READING_FACTOR_MAX = 8;
const SPREAD_MAX = 0.25;
const MEMORY = { transactionLines: 1_000_000, citizens: 200_000, mibMax: 1024 } as const;

const COLUMNS = ['transactions', 'files', 'lines', 'step', 's', 'lines/s', 'µs a line', 'µs CPU', '× reading', '× CPU', 'peak MiB'];

/** Two rows a result: reading, replay. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.flatMap((result) => {
    const { reading, replay } = result;
    return [
      [whole(result.transactionLines), whole(result.files), whole(result.lines), 'read and split', ...costs(reading, result.lines), '', '', whole(reading.peakMiB)],
      ['', '', '', 'replay', ...costs(replay, result.lines),
        (replay.wallMs / reading.wallMs).toFixed(1), (replay.cpuMs / reading.cpuMs).toFixed(1), whole(replay.peakMiB)],
    ];
  });
  const widths = COLUMNS.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  return [COLUMNS, ...rows].map((row) => row.map((cell, i) => (i === 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd()).join('\n');
}

/** By CPU time, which other work on the machine moves less than the clock's. */
export function goalsOf(results: readonly Result[]): Goal[] {
  const factors = results.map(({ reading, replay }) => replay.cpuMs / reading.cpuMs);
  const further = furtherLines(results);
  const spread = Math.max(...further) / Math.min(...further) - 1;
  const sized = results.find(({ transactionLines, citizens }) => transactionLines === MEMORY.transactionLines && citizens === MEMORY.citizens);
  return [
    {
      goal: `at most ${READING_FACTOR_MAX} times reading and splitting (CPU)`,
      found: factors.map((factor) => factor.toFixed(1)).join(', '),
      holds: factors.every((factor) => factor <= READING_FACTOR_MAX),
    },
    {
      goal: `cost of a further line flat within ${SPREAD_MAX * 100} % (CPU)`,
      found: further.length === 0 ? '' : `${further.map((cost) => `${cost.toFixed(1)} µs`).join(', ')}: ${(spread * 100).toFixed(0)} %`,
      holds: further.length < 2 ? null : spread <= SPREAD_MAX,
    },
    {
      goal: `${whole(MEMORY.transactionLines)} lines over ${whole(MEMORY.citizens)} citizens in less than ${MEMORY.mibMax} MiB`,
      found: sized === undefined ? '' : `${whole(sized.replay.peakMiB)} MiB`,
      holds: sized === undefined ? null : sized.replay.peakMiB < MEMORY.mibMax,
    },
  ];
}

/**
 * From each size to the next: microseconds for each line that it has more. Starting Node, compiling the program and
 * opening files (as many at any size) cost the same however many lines there are: as much as 50,000 lines do.
 */
function furtherLines(results: readonly Result[]): number[] {
  return results.slice(1).map(({ replay, lines }, i) => {
    const smaller = results[i]!;
    return ((replay.cpuMs - smaller.replay.cpuMs) * 1000) / (lines - smaller.lines);
  });
}

export function goalLine({ goal, found, holds }: Goal): string {
  const verdict = holds === null ? 'not measured' : holds ? 'holds' : 'MISSED';
  return `${verdict.padEnd(12)}  ${goal}${found === '' ? '' : `: ${found}`}`;
}

function costs({ wallMs, cpuMs }: Cost, lines: number): string[] {
  return [(wallMs / 1000).toFixed(1), whole(lines / (wallMs / 1000)), ((wallMs * 1000) / lines).toFixed(2), ((cpuMs * 1000) / lines).toFixed(2)];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
