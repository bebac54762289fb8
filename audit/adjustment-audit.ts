/**
 * Holds the adjustments of a period in the log against those that fell due in the fold of the ledger.
 *
 * The system runs on while it is audited. What had been sent before the ledger was read must be due; what is due must
 * have been sent when all shards had folded what was read. So two looks at the log tell a fault from what is under way.
 */
import type { Context } from '../processors/context.ts';
import { topicValues } from '../processors/topic-values.ts';
import type { Period } from '../programme/programme.ts';
import type { Adjustment } from '../schemas/generated/types.ts';
import type { Differences } from './differences.ts';

export class AdjustmentAudit {
  readonly #context: Context;
  readonly #period: Period;
  readonly #differences: Differences;
  /** In the log before the ledger was read. */
  readonly #before: ReadonlyMap<string, Adjustment>;
  readonly #due = new Map<string, Adjustment>();
  #sumCents = 0;

  private constructor(context: Context, period: Period, differences: Differences, before: ReadonlyMap<string, Adjustment>) {
    this.#context = context;
    this.#period = period;
    this.#differences = differences;
    this.#before = before;
  }

  /** To be called before any ledger is read. */
  static async begin(context: Context, period: Period, differences: Differences): Promise<AdjustmentAudit> {
    return new AdjustmentAudit(context, period, differences, await sent(context, period, differences));
  }

  get count(): number {
    return this.#due.size;
  }

  get sumCents(): number {
    return this.#sumCents;
  }

  /** Notes what fell due in one shard. Answers the sums by citizen, in cents. */
  due(adjustments: readonly Adjustment[]): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const adjustment of adjustments) {
      const { adjustmentId, period, citizenId, amount } = adjustment;
      if (period !== this.#period.id || this.#due.has(adjustmentId)) continue;
      this.#due.set(adjustmentId, adjustment);
      this.#sumCents += amount;
      sums.set(citizenId, (sums.get(citizenId) ?? 0) + amount);
    }
    return sums;
  }

  /** To be called when every shard's store has folded what was read of its ledger. */
  async finish(): Promise<void> {
    const after = await sent(this.#context, this.#period, this.#differences);
    for (const [id, due] of this.#due) {
      const found = after.get(id);
      if (found === undefined) this.#differences.add('adjustment-missing', id, contentOf(due), null);
      else this.#differences.expect('adjustment-differs', id, contentOf(due), contentOf(found));
    }
    for (const [id, found] of this.#before) {
      if (!this.#due.has(id)) this.#differences.add('adjustment-extra', id, null, contentOf(found));
    }
  }
}

/** By id; a second content of one id is a difference, of which the second look tells. */
async function sent(context: Context, period: Period, differences: Differences): Promise<ReadonlyMap<string, Adjustment>> {
  const found = new Map<string, Adjustment>();
  for await (const { value } of topicValues(context, 'adjustments', context.serdes.adjustment)) {
    const isOurs = value.programme === context.programme.programme && context.programme.periods.some((known) => known.id === value.period);
    if (!isOurs) differences.add('adjustment-extra', `${value.adjustmentId} of another programme or period`, null, contentOf(value));
    if (!isOurs || value.period !== period.id) continue;
    const known = found.get(value.adjustmentId);
    if (known === undefined) found.set(value.adjustmentId, value);
    else if (contentOf(known) !== contentOf(value)) differences.add('adjustment-differs', value.adjustmentId, contentOf(known), contentOf(value));
  }
  return found;
}

function contentOf({ citizenId, amount, arrival }: Adjustment): string {
  return `${amount} cents of ${citizenId} by what arrived at ${arrival}`;
}
