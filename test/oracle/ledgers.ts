/** Every transaction in turn: judged, then compared with the ledgers it is for. Contract, rules 2 and 3. */
import type { Holding } from './cards.ts';
import type { Rules } from './rules.ts';
import type { Bad, Period, Transaction } from './world.ts';

export interface Ledgers {
  /** Citizen → applied records, by identity. */
  readonly citizens: ReadonlyMap<string, ReadonlyMap<string, Transaction>>;
  readonly bad: readonly Bad[];
  readonly applied: number;
  readonly duplicate: number;
  readonly dropped: Readonly<Record<string, number>>;
}

interface Judged {
  readonly quarantined?: string;
  readonly dropped?: string;
  /** In the order in which they held the card. */
  readonly citizens?: readonly string[];
}

export function fillLedgers(
  transactions: readonly Transaction[],
  holdings: ReadonlyMap<string, readonly Holding[]>,
  periods: readonly Period[],
  currency: string,
  rules: Rules,
): Ledgers {
  const citizens = new Map<string, Map<string, Transaction>>();
  const bad: Bad[] = [];
  const dropped: Record<string, number> = {};
  let applied = 0;
  let duplicate = 0;
  for (const trx of transactions.toSorted(rules.order)) {
    const judged = judge(trx, holdings.get(trx.card) ?? [], periods, currency, rules);
    if (judged.quarantined !== undefined) bad.push({ ...trx, reason: judged.quarantined, field: '' });
    if (judged.dropped !== undefined) dropped[judged.dropped] = (dropped[judged.dropped] ?? 0) + 1;
    if (judged.citizens === undefined) continue;
    const outcomes = judged.citizens.map((citizenId) => {
      const ledger = citizens.get(citizenId) ?? new Map<string, Transaction>();
      citizens.set(citizenId, ledger);
      return insert(ledger, trx, rules);
    });
    const outcome = outcomes.at(-1);
    if (outcome === 'applied') applied += 1;
    if (outcome === 'duplicate') duplicate += 1;
    if (outcome === 'conflict') bad.push({ ...trx, reason: 'conflict', field: '' });
  }
  return { citizens, bad, applied, duplicate, dropped };
}

function judge(
  trx: Transaction, holdings: readonly Holding[], periods: readonly Period[], currency: string, rules: Rules,
): Judged {
  if (trx.currency !== currency) return { quarantined: 'currency' };
  if (rules.isFuture(trx)) return { quarantined: 'future' };
  if (rules.isOnline(trx)) return { dropped: 'online' };
  if (trx.operationType === '01') {
    const before = holdings.filter(({ fromMs }) => fromMs <= trx.trxDate).map(({ citizenId }) => citizenId);
    if (before.length === 0) return { dropped: 'not-enrolled' };
    // One who has held it twice gets it once, in the place of the later time.
    return { citizens: rules.receivers([...new Set(before.toReversed())].toReversed()) };
  }
  const holding = holdings.find(({ fromMs, untilMs }) => fromMs <= trx.trxDate && trx.trxDate < untilMs);
  if (holding === undefined) return { dropped: 'not-enrolled' };
  const period = periods.find(({ fromMs, untilMs }) => fromMs <= trx.trxDate && trx.trxDate < untilMs);
  if (period === undefined) return { dropped: 'outside-period' };
  if (rules.isLate(trx, period)) return { dropped: 'late' };
  return { citizens: [holding.citizenId] };
}

function insert(ledger: Map<string, Transaction>, trx: Transaction, rules: Rules): 'applied' | 'duplicate' | 'conflict' {
  const identity = rules.identity(trx);
  const first = ledger.get(identity);
  if (first === undefined) {
    ledger.set(identity, trx);
    return 'applied';
  }
  if (rules.content(first) === rules.content(trx)) return 'duplicate';
  ledger.set(identity, rules.stands(first, trx));
  return 'conflict';
}
