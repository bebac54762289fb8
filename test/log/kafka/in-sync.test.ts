/** When a partition's high watermark may be taken for its end. */
import { expect, test } from 'vitest';
import { isInSync } from '../../../log/kafka/admin-client.ts';

test.each([
  // replicas, fewest that must be in sync
  [1, 1], [2, 1], [3, 2], [4, 3], [5, 3],
])('of %i replicas %i are enough, and one less is not', (replicas, fewest) => {
  expect([isInSync(replicas, fewest), isInSync(replicas, fewest - 1), isInSync(replicas, replicas)]).toEqual([true, false, true]);
});
