/**
 * Ids of payouts and adjustments: derived, so that a repeat has the same id.
 *
 * Source: contract, section 2 rule 8.
 */
import { hash } from 'node:crypto';

export type PayoutKind = 'CASHBACK' | 'SUPER_CASHBACK';

export function payoutId(programme: string, period: string, kind: PayoutKind, citizenId: string): string {
  return idOf([programme, period, kind, citizenId]);
}

/** `sourcePosition` is `topic/partition/offset` of the record that caused the adjustment. */
export function adjustmentId(programme: string, period: string, citizenId: string, sourcePosition: string): string {
  return idOf([programme, period, citizenId, sourcePosition]);
}

function idOf(parts: readonly string[]): string {
  return hash('sha256', parts.join('\n')).slice(0, 32);
}
