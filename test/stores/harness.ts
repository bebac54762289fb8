/** What the conformance suites need besides the ports: other processes on the same state, and faults. */
import type { CardIndex } from '../../ports/card-index.ts';
import type { CitizenTotals } from '../../ports/citizen-totals.ts';

export interface Harness {
  /** A store on the harness's state, as a process of its own would open it. */
  totals(options?: { shards?: number }): CitizenTotals;
  cards(options?: { shards?: number; timeZone?: string }): CardIndex;
  /** Loses a shard's meta, or all there is of it: then it is folded again. */
  lose(kind: 'ledger' | 'card', shard: number): Promise<void>;
  /** A shard that no test has used. */
  freshShard(): number;
  close(): Promise<void>;
}

/** Of every harness: number of shards, far above those that a suite uses. */
export const SHARDS = 16_384;
export const TIME_ZONE = 'Europe/Rome';

export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(() => 'no error', (error: unknown) => (error as { code?: unknown }).code ?? error);
}
