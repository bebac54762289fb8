/**
 * The obvious citizens' totals: a list of what was folded, and every answer worked out from it anew. Slow, and nothing
 * to get wrong by bookkeeping: what the stores are held against.
 */
import type { AdjustmentDue, Cause, Conflict, Folded, Review, SideOutput } from '../../ports/citizen-totals.ts';
import type { Refused } from '../../ports/store.ts';
import { PERIODS, recordOf, type Entry, type Origin } from './entries.ts';

type Event =
  | { readonly kind: 'fold'; readonly at: number; readonly sourcePartition: number; readonly entries: readonly Entry[]; readonly reviewed: readonly AdjustmentDue[] }
  | { readonly kind: 'settle'; readonly rank: number; readonly citizenId: string; readonly adjustment: AdjustmentDue | null }
  | { readonly kind: 'freeze'; readonly rank: number };

interface Applied { readonly entry: Entry; readonly stored: number; readonly frozen: number; readonly cause: Cause }

export class TotalsModel {
  position = 0;
  #events: Event[] = [];
  #trimmedThrough = 0;
  /** Citizens whose kept total is up to date, and when each was kept: index into the events. */
  #keptAt = new Map<string, number>();
  /** How many events there were when each was kept. */
  #toldAt = new Map<string, number>();
  /** Whose keeping was refused since. */
  #retell = new Set<string>();

  fold(expected: number, next: number, sourcePartition: number, entries: readonly Entry[], reviewed: readonly AdjustmentDue[] | null): Folded | Review | Refused {
    if (expected !== this.position) return { kind: 'refused', position: this.position };
    const before = this.#applied();
    const frozen = this.frozen();
    const isNew = (entry: Entry): boolean => !before.some((old) => same(old.entry, entry));
    if (frozen > 0 && reviewed === null) {
      const concerned = entries.filter((entry) => isNew(entry) && (
        entry.reversal === true || Math.max(entry.passed ?? 0, frozen) >= rankOf(entry)
        || before.some((old) => old.entry.citizen === entry.citizen && old.entry.reversal === true && old.entry.link === entry.link)
      ));
      if (concerned.length > 0) return { kind: 'review', frozen, sets: new Map(concerned.map(({ citizen }) => [citizen, this.setOf(citizen)])) };
    }
    const counts = this.#outcomes();
    this.#events.push({ kind: 'fold', at: expected, sourcePartition, entries, reviewed: reviewed ?? [] });
    this.position = next;
    const after = this.#outcomes();
    const { applied, duplicate, repeat, conflict } = after;
    return {
      kind: 'folded', stragglers: after.stragglers - counts.stragglers,
      outcomes: {
        applied: applied - counts.applied, duplicate: duplicate - counts.duplicate,
        repeat: repeat - counts.repeat, conflict: conflict - counts.conflict,
      },
    };
  }

  frozen(): number {
    return this.#events.reduce((frozen, event) => (event.kind === 'freeze' ? Math.max(frozen, event.rank) : frozen), 0);
  }

  settle(rank: number, settlements: readonly { citizenId: string; adjustment: AdjustmentDue | null }[]): void {
    for (const { citizenId, adjustment } of settlements) {
      if (this.late(rank).some((late) => late.citizenId === citizenId)) this.#events.push({ kind: 'settle', rank, citizenId, adjustment });
    }
  }

  freeze(next: number, rank: number): void {
    this.#events.push({ kind: 'freeze', rank });
    this.position = next;
  }

  /** Citizens with records later than this deadline, the next to freeze, that came since they were last settled for it. */
  late(rank: number): { citizenId: string; cause: Cause; deadlinesPassed: number }[] {
    if (rank <= this.frozen()) return [];
    return this.citizens().flatMap((citizenId) => {
      const settledAt = this.#events.findLastIndex((event) => event.kind === 'settle' && event.rank === rank && event.citizenId === citizenId);
      const late = this.#applied().filter(({ entry, frozen }) => entry.citizen === citizenId && (entry.passed ?? 0) > frozen && (entry.passed ?? 0) >= rank);
      const since = this.#applied(settledAt + 1).filter(({ entry, frozen }) => entry.citizen === citizenId && (entry.passed ?? 0) > frozen);
      if (late.length === 0 || (settledAt >= 0 && since.length === 0)) return [];
      const all = this.#applied().filter(({ entry, frozen }) => entry.citizen === citizenId && (entry.passed ?? 0) > frozen);
      return { citizenId, cause: all.at(-1)!.cause, deadlinesPassed: Math.max(...late.map(({ entry }) => entry.passed ?? 0)) };
    });
  }

  citizens(): string[] {
    return [...new Set(this.#applied().map(({ entry }) => entry.citizen))].sort();
  }

  setOf(citizenId: string): Buffer {
    return Buffer.concat(this.#applied().filter(({ entry }) => entry.citizen === citizenId).map(({ entry, stored }) => recordOf(entry, stored)));
  }

  counts(): { outcomes: Folded['outcomes']; stragglers: number; sums: Record<string, { payments: number; grossCents: number }> } {
    const { stragglers, ...outcomes } = this.#outcomes();
    const sums: Record<string, { payments: number; grossCents: number }> = {};
    for (const { id, rank } of PERIODS) {
      const onTime = this.#applied().filter(({ entry, stored }) => entry.reversal !== true && (entry.period ?? 'p1') === id && stored < rank);
      if (onTime.length > 0) sums[id] = { payments: onTime.length, grossCents: onTime.reduce((sum, { entry }) => sum + (entry.amountCents ?? 1000), 0) };
    }
    return { outcomes, stragglers, sums };
  }

  outbox(): SideOutput[] {
    const outputs = this.#events.flatMap((event, i): SideOutput['output'][] => {
      if (event.kind === 'settle') return event.adjustment === null ? [] : [event.adjustment];
      return event.kind === 'fold' ? [...this.#conflictsOf(i), ...event.reviewed] : [];
    });
    return outputs.map((output, i) => ({ serial: i + 1, output })).filter(({ serial }) => serial > this.#trimmedThrough);
  }

  trim(throughSerial: number): void {
    const last = this.outbox().at(-1)?.serial ?? this.#trimmedThrough;
    this.#trimmedThrough = Math.max(this.#trimmedThrough, Math.min(throughSerial, last));
  }

  /** Citizens with records since their totals were kept, by the first of those; then who was not told of the last freeze. */
  touched(): string[] {
    const touched = this.#applied().flatMap(({ entry }, i) => (i >= (this.#keptAt.get(entry.citizen) ?? 0) ? [entry.citizen] : []));
    const frozenAt = this.#events.findIndex((event) => event.kind === 'freeze' && event.rank === this.frozen());
    const untold = this.citizens().filter((citizenId) => this.#retell.has(citizenId) || (this.#toldAt.get(citizenId) ?? 0) <= frozenAt);
    return [...new Set([...touched, ...untold])];
  }

  refuseToKeep(citizenId: string): void {
    this.#retell.add(citizenId);
  }

  keep(citizenId: string): void {
    this.#retell.delete(citizenId);
    this.#keptAt.set(citizenId, this.#applied().length);
    this.#toldAt.set(citizenId, this.#events.length);
  }

  /** The records that are in the sets, in order; `from` = of events from this one on. */
  #applied(from = 0): Applied[] {
    const all: Applied[] = [];
    const since: Applied[] = [];
    let frozen = 0;
    for (const [i, event] of this.#events.entries()) {
      if (event.kind === 'freeze') frozen = Math.max(frozen, event.rank);
      if (event.kind !== 'fold') continue;
      for (const entry of event.entries) {
        if (all.some((old) => same(old.entry, entry))) continue;
        const cause = { sourcePartition: event.sourcePartition, sourceOffset: entry.offset, arrivalMs: entry.arrivalMs ?? 500_000 };
        const applied = { entry, stored: Math.max(entry.passed ?? 0, frozen), frozen, cause };
        all.push(applied);
        if (i >= from) since.push(applied);
      }
    }
    return since;
  }

  #outcomes(): Folded['outcomes'] & { stragglers: number } {
    const applied = this.#applied();
    const counted = applied.filter(({ entry }) => entry.counts !== false);
    const rest = this.#events.flatMap((_, i) => this.#notAppliedOf(i));
    const conflict = this.#events.flatMap((_, i) => this.#conflictsOf(i)).length;
    const repeat = rest.filter(({ repeat }) => repeat).length;
    return {
      applied: counted.length, repeat, conflict, duplicate: rest.length - repeat - conflict,
      stragglers: counted.filter(({ entry, frozen }) => (entry.passed ?? 0) < frozen).length,
    };
  }

  /** The counted entries of an event that were there already. */
  #notAppliedOf(index: number): { entry: Entry; first: Entry; repeat: boolean }[] {
    const event = this.#events[index]!;
    if (event.kind !== 'fold') return [];
    const highest = Math.max(-1, ...this.#events.slice(0, index).flatMap((old) => (
      old.kind === 'fold' && old.sourcePartition === event.sourcePartition ? old.entries.map(({ offset }) => offset) : []
    )));
    const applied = this.#applied().map(({ entry }) => entry);
    return event.entries.flatMap((entry) => {
      const first = applied.find((old) => same(old, entry))!;
      return first === entry || entry.counts === false ? [] : { entry, first, repeat: entry.offset <= highest };
    });
  }

  #conflictsOf(index: number): SideOutput['output'][] {
    const event = this.#events[index]!;
    if (event.kind !== 'fold') return [];
    const noted = event.entries.every(({ from }) => from !== undefined);
    return this.#notAppliedOf(index).filter(({ entry, first, repeat }) => !repeat && (entry.check ?? 7) !== (first.check ?? 7))
      .map(({ entry }) => ({
        kind: 'conflict', sourcePartition: event.sourcePartition, sourceOffset: entry.offset, arrivalMs: entry.arrivalMs ?? 500_000,
        ...sourceOf(noted ? entry.from : undefined),
      }));
  }
}

function same(a: Entry, b: Entry): boolean {
  return a.citizen === b.citizen && a.id === b.id;
}

function sourceOf(from: Origin | undefined): Pick<Conflict, 'source' | 'schemaId'> {
  const { file = null, line, schemaId = null } = from ?? {};
  return { source: file === null ? null : `${file}:${line}`, schemaId };
}

function rankOf(entry: Entry): number {
  return PERIODS.find(({ id }) => id === (entry.period ?? 'p1'))!.rank;
}
