/**
 * CPU time of a process, user and system together, from the process table: what a reader of the figures can check.
 */
import { readFileSync } from 'node:fs';

/** The unit of /proc: USER_HZ, 100 a second wherever Node runs on Linux. */
const MS_A_TICK = 10;
/** Places behind the command, which stands in parentheses and may hold anything. */
const UTIME = 11;
const STIME = 12;

/** Milliseconds since the process began, all its threads. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) * MS_A_TICK;
}

/** CPU that several processes use between two moments. */
export class CpuMeter<Name extends string> {
  readonly #pids: Readonly<Record<Name, number>>;
  readonly #before: Readonly<Record<Name, number>>;
  readonly #startedMs = performance.now();

  constructor(pids: Readonly<Record<Name, number>>) {
    this.#pids = pids;
    this.#before = this.#now();
  }

  read(): { readonly cpuMs: Readonly<Record<Name, number>>; readonly wallMs: number } {
    const now = this.#now();
    const used = Object.fromEntries(Object.entries<number>(now).map(([name, ms]) => [name, ms - this.#before[name as Name]]));
    return { cpuMs: used as Record<Name, number>, wallMs: performance.now() - this.#startedMs };
  }

  #now(): Record<Name, number> {
    return Object.fromEntries(Object.entries<number>(this.#pids).map(([name, pid]) => [name, cpuMs(pid)])) as Record<Name, number>;
  }
}
