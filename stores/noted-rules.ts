/**
 * Whether a shard may go on under a programme's rules: the check of `claim`.
 *
 * Of a record the shard keeps how many deadlines had passed, a number. So a deadline may come, go or move only where
 * all that has been folded lies before it; and the rules that payments were folded under never change.
 */
import type { PeriodRules } from '../ports/citizen-totals.ts';
import { StoreError } from '../ports/store.ts';

/** What a shard knows of its rules. */
export interface RulesNoted {
  /** As the last claim noted them. */
  readonly claimed: readonly PeriodRules[];
  /** Rules' hash of each period that payments were folded under. */
  readonly folded: ReadonlyMap<string, string>;
  /** Greatest arrival folded; -Infinity = none. */
  readonly arrivalMs: number;
  readonly frozen: number;
}

/** @throws StoreError other-rules, naming the period */
export function checkRules(noted: RulesNoted, given: readonly PeriodRules[]): void {
  const frontierMs = frontierOf(noted);
  const before = new Map(noted.claimed.map((period) => [period.id, period]));
  const after = new Map(given.map((period) => [period.id, period]));
  for (const [id, rules] of noted.folded) {
    if (after.get(id)?.rules !== rules) refuse(id, 'has payments folded under other rules');
  }
  for (const { id, rules, deadlineMs } of given) {
    const old = before.get(id);
    if (old?.rules === rules && old.deadlineMs === deadlineMs) continue;
    // Its payments have come without a claim; they vouch for the rules, the deadline included.
    if (old === undefined && noted.folded.get(id) === rules) continue;
    if (deadlineMs <= frontierMs) refuse(id, 'is new or changed, and its deadline is not after all that has been folded');
  }
  for (const { id, rules, deadlineMs } of noted.claimed) {
    const now = after.get(id);
    const same = now?.rules === rules && now.deadlineMs === deadlineMs;
    if (!same && deadlineMs <= frontierMs) refuse(id, 'is gone or changed, and its old deadline is not after all that has been folded');
  }
}

/** No deadline up to here may change: records have counted it, or its period is frozen. */
function frontierOf({ claimed, arrivalMs, frozen }: RulesNoted): number {
  if (frozen === 0) return arrivalMs;
  const deadlines = claimed.map((period) => period.deadlineMs).sort((a, b) => a - b);
  return Math.max(arrivalMs, deadlines[frozen - 1] ?? -Infinity);
}

function refuse(periodId: string, why: string): never {
  throw new StoreError('other-rules', `period ${periodId} ${why}`);
}
