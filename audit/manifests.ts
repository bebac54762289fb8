/**
 * The manifests of a period as they stand in the log, repeats compared.
 */
import type { Context } from '../processors/context.ts';
import { sameManifest } from '../processors/closures.ts';
import { topicValues } from '../processors/topic-values.ts';
import type { PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import type { PeriodClosure } from '../schemas/generated/types.ts';
import type { Differences } from './differences.ts';

/** Of a shard's manifest: what its payouts make it. */
export type DueManifest = Omit<PeriodClosure, 'programme' | 'period' | 'kind' | 'shard'>;

export class Manifests {
  readonly #found = new Map<string, PeriodClosure>();
  readonly #period: Period;
  readonly #differences: Differences;

  private constructor(period: Period, differences: Differences) {
    this.#period = period;
    this.#differences = differences;
  }

  static async read(context: Context, period: Period, differences: Differences): Promise<Manifests> {
    const manifests = new Manifests(period, differences);
    for await (const { value } of topicValues(context, 'period-closures', context.serdes.closure)) {
      if (value.programme === context.programme.programme && value.period === period.id) manifests.#note(value);
    }
    return manifests;
  }

  /** `due` null: there must be none. */
  audit(kind: PayoutKind, shard: number, due: DueManifest | null): void {
    const where = `${this.#period.id}/${kind}/${shard}`;
    const found = this.#found.get(`${kind}/${shard}`);
    if (due === null) {
      if (found !== undefined) this.#differences.add('manifest-extra', where, null, found.digest);
    } else if (found === undefined) {
      this.#differences.add('manifest-missing', where, due.digest, null);
    } else {
      for (const field of ['shards', 'citizens', 'payouts', 'amount', 'digest', 'lastRankedTransactions'] as const) {
        this.#differences.expect('manifest-differs', `${where} ${field}`, due[field], found[field]);
      }
    }
  }

  #note(manifest: PeriodClosure): void {
    const key = `${manifest.kind}/${manifest.shard}`;
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, manifest);
    else if (!sameManifest(known, manifest)) this.#differences.add('manifest-repeat-differs', `${this.#period.id}/${key}`, known.digest, manifest.digest);
  }
}
