/** Wrong answers, planted: what the harness must notice. */
import { Redis } from 'ioredis';
import type { Context } from '../../processors/context.ts';
import { ID_BYTES, recordsOf } from '../../processors/ledger-entry.ts';
import { onTimeTotals } from '../../programme/totals.ts';
import { baseOf } from '../../stores/redis/shard-keys.ts';

/** Removes one payment that counts from one citizen's set, as no command of ours can. */
export async function forgetOneRecord({ citizens, partitions, programme }: Context, redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for (let shard = 0; shard < partitions('citizen-ledger'); shard++) {
      for (const { citizenId, set } of (await citizens.page(shard, null, 100)).citizens) {
        if (recordsOf(set).length !== 1 || onTimeTotals(recordsOf(set), programme)[0]?.transactions !== 1) continue;
        const [key] = await redis.keys(`${baseOf(prefix, 'ledger', shard)}*:c:${citizenId}`);
        if (await redis.hdel(key!, set.subarray(0, ID_BYTES)) !== 1) throw new Error('the record is not where it should be');
        return;
      }
    }
    throw new Error('no citizen has a single payment: a larger data set is needed');
  } finally {
    redis.disconnect();
  }
}
