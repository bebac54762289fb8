/**
 * One shard of citizens' totals in memory: the state, and what the steps of the fold read and write of it.
 */
import type { Cause, KeptTotal, PeriodRules, PeriodSums, ShardStanding, SideOutput } from '../../ports/citizen-totals.ts';
import { compareText } from '../../programme/ranking.ts';
import type { FoldOutcome } from '../../programme/outcome.ts';
import { RecordTable } from './record-table.ts';

export interface LateNote {
  readonly cause: Cause;
  readonly deadlinesPassed: number;
}

export const NO_OUTCOMES: Readonly<Record<FoldOutcome, number>> = { applied: 0, duplicate: 0, repeat: 0, conflict: 0 };

export class LedgerShard {
  position = 0;
  fingerprint: Buffer | null = null;
  frozen = 0;
  /** Number of shards of the topic, as at the first step; null before. */
  shards: number | null = null;
  claimed: readonly PeriodRules[] = [];
  /** Rules' hash of each period that payments were folded under. */
  folded = new Map<string, string>();
  /** Greatest arrival folded. */
  arrivalMs = -Infinity;
  /** Highest source offset folded, by source partition. */
  highestOffsets = new Map<number, number>();

  records = new RecordTable();
  /** Owner's number in `records`, by citizen, and the citizen by that number. */
  owners = new Map<string, number>();
  citizens: string[] = [];
  /** Held reversals by owner and link: a payment with one of them may change a closed period. */
  reversals = new Set<number>();
  /** Citizens to be looked at when the next period freezes, and those settled for that one but not the one after. */
  late = new Map<string, LateNote>();
  lateSettled = new Map<string, LateNote>();

  /** In order of their first touch. */
  touched = new Set<string>();
  /** To be told anew for another reason than their records, a freeze most likely: in byte order. */
  untold = new Set<string>();
  kept = new Map<string, readonly KeptTotal[]>();

  outbox: SideOutput[] = [];
  lastSerial = 0;
  outcomes: Record<FoldOutcome, number> = { ...NO_OUTCOMES };
  stragglers = 0;
  sums = new Map<string, PeriodSums>();
  #inOrder: Uint32Array | null = null;

  standing(): ShardStanding {
    return { position: this.position, fingerprint: this.fingerprint, frozen: this.frozen };
  }

  /** The citizen's owner number, a new one where there is none. */
  ownerOf(citizenId: string): number {
    let owner = this.owners.get(citizenId);
    if (owner === undefined) {
      owner = this.records.addOwner();
      this.owners.set(citizenId, owner);
      this.citizens.push(citizenId);
      this.#inOrder = null;
    }
    return owner;
  }

  setOf(citizenId: string): Buffer {
    const owner = this.owners.get(citizenId);
    return owner === undefined ? Buffer.alloc(0) : this.records.setOf(owner);
  }

  /** Owners by citizenId, sorted once between new citizens: pages are read of a shard that stands still. */
  inOrder(): Uint32Array {
    this.#inOrder ??= Uint32Array.from(this.citizens.keys()).sort((a, b) => compareText(this.citizens[a]!, this.citizens[b]!));
    return this.#inOrder;
  }

  touch(citizenId: string): void {
    this.untold.delete(citizenId);
    this.touched.add(citizenId);
  }

  /** To be told anew although nothing of theirs has changed. */
  tell(citizens: readonly string[]): void {
    const all = [...this.untold, ...citizens.filter((citizenId) => !this.touched.has(citizenId))];
    this.untold = new Set(all.sort(compareText));
  }

  send(output: SideOutput['output']): void {
    this.outbox.push({ serial: ++this.lastSerial, output });
  }

  addPayments(periodId: string, payments: number, grossCents: number): void {
    const before = this.sums.get(periodId) ?? { payments: 0, grossCents: 0 };
    this.sums.set(periodId, { payments: before.payments + payments, grossCents: before.grossCents + grossCents });
  }

  noteLate(citizenId: string, cause: Cause, deadlinesPassed: number): void {
    const before = (this.late.get(citizenId) ?? this.lateSettled.get(citizenId))?.deadlinesPassed ?? 0;
    this.lateSettled.delete(citizenId);
    this.late.set(citizenId, { cause, deadlinesPassed: Math.max(before, deadlinesPassed) });
  }

  clone(): LedgerShard {
    const copy = Object.assign(new LedgerShard(), this);
    copy.records = this.records.clone();
    copy.folded = new Map(this.folded);
    copy.highestOffsets = new Map(this.highestOffsets);
    copy.owners = new Map(this.owners);
    copy.citizens = [...this.citizens];
    copy.reversals = new Set(this.reversals);
    copy.late = new Map(this.late);
    copy.lateSettled = new Map(this.lateSettled);
    copy.touched = new Set(this.touched);
    copy.untold = new Set(this.untold);
    copy.kept = new Map(this.kept);
    copy.outbox = [...this.outbox];
    copy.outcomes = { ...this.outcomes };
    copy.sums = new Map(this.sums);
    return copy;
  }
}
