/**
 * Random records of a citizen, and the matching of reversals written naively, as an oracle.
 */
import fc from 'fast-check';
import type { AppliedRecord, NetCents } from '../../programme/matching.ts';

/** A record; what is not given does not matter. Links of correlated and uncorrelated records never meet. */
export function record(change: Partial<AppliedRecord>): AppliedRecord {
  const { link = 'L', ...rest } = change;
  const correlated = change.correlated ?? false;
  return { reversal: false, correlated, timeMs: 0, amountCents: 100, deadlinesPassed: 0, ...rest, link: `${correlated ? 'c' : 'u'}${link}` };
}

/** Few links, times and amounts, so that records meet. An uncorrelated link has one amount: it is part of the link. */
export function records(timesMs: readonly number[], maxLength = 12): fc.Arbitrary<AppliedRecord[]> {
  return fc.array(fc.record({
    reversal: fc.boolean(), correlated: fc.boolean(), link: fc.constantFrom('1', '2'),
    timeMs: fc.constantFrom(...timesMs), amountCents: fc.integer({ min: 0, max: 40 }), deadlinesPassed: fc.nat(2),
  }).map((one) => record({ ...one, amountCents: one.correlated ? one.amountCents : Number(one.link) * 20 })), { maxLength });
}

/** What is left of every payment. */
export type Match = (records: readonly AppliedRecord[]) => NetCents;

/** Rule 4 step by step: cent after cent, reversal after reversal, each time looking at everything anew. */
export const naiveMatch: Match = (records) => {
  const left = new Map(records.filter((one) => !one.reversal).map((one) => [one, one.amountCents]));
  const reversals = records.filter((one) => one.reversal).toSorted((a, b) => a.timeMs - b.timeMs);
  const taken = new Set<AppliedRecord>();
  for (const reversal of reversals) {
    const candidates = [...left.keys()].filter((payment) => payment.link === reversal.link);
    if (reversal.correlated) {
      for (let cent = 0; cent < reversal.amountCents; cent++) {
        const first = candidates.filter((payment) => left.get(payment)! > 0)
          .reduce<AppliedRecord | null>((best, one) => (best === null || comesFirst(one, best) ? one : best), null);
        if (first !== null) left.set(first, left.get(first)! - 1);
      }
    } else {
      const latest = candidates.filter((payment) => !taken.has(payment) && payment.timeMs <= reversal.timeMs)
        .reduce<AppliedRecord | null>((best, one) => (best === null || one.timeMs > best.timeMs ? one : best), null);
      if (latest === null) continue;
      taken.add(latest);
      left.set(latest, 0);
    }
  }
  return left;
};

function comesFirst(a: AppliedRecord, b: AppliedRecord): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.amountCents > b.amountCents);
}
