/**
 * What a benchmark was asked to do.
 */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Transaction lines of each run, ascending. */
  readonly lines: readonly number[];
}

export const USAGE = 'usage: npm run bench [-- --lines 100000,1000000,4000000]';
const LINES = '100000,1000000,4000000';
const LINES_MAX = 5_000_000;

/** Wrong use. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/** @throws OptionsError */
export function optionsOf(args: readonly string[]): BenchOptions {
  let given: string;
  try {
    given = parseArgs({ args: [...args], options: { lines: { type: 'string', default: LINES } } }).values.lines;
  } catch {
    throw new OptionsError(USAGE);
  }
  const lines = given.split(',').map((text) => (/^[0-9]+$/.test(text) ? Number(text) : 0));
  if (!lines.every((count) => count >= 1 && count <= LINES_MAX)) {
    throw new OptionsError(`--lines: whole numbers from 1 to ${LINES_MAX}, with commas between\n${USAGE}`);
  }
  return { lines: [...new Set(lines)].sort((a, b) => a - b) };
}
