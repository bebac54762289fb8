/**
 * Ids of payouts and adjustments (contract, section 2 rule 8). The expected ones were made with coreutils:
 *
 *     printf 'cashback-2020\n2020-christmas\nCASHBACK\nRSSMRA80A01H501U' | sha256sum | cut -c1-32
 */
import { describe, expect, it } from 'vitest';
import { adjustmentId, payoutId } from '../../programme/ids.ts';

describe('ids', () => {
  it('are as another program makes them', () => {
    expect(payoutId('cashback-2020', '2020-christmas', 'CASHBACK', 'RSSMRA80A01H501U')).toBe('e3a36a9fcc7b51aa7240a422bbe5b713');
    expect(payoutId('cashback-2020', '2021-h1', 'SUPER_CASHBACK', 'RSSMRA80A01H501U')).toBe('5d7a000e717dda14fff01e72dc25524d');
    expect(adjustmentId('cashback-2020', '2020-christmas', 'RSSMRA80A01H501U', 'card-transactions/3/1024')).toBe('0ee079f915e8f49473a286ba573cec3a');
  });

  it('differ when any part does', () => {
    const ids = [
      payoutId('p', 'q', 'CASHBACK', 'c'), payoutId('p2', 'q', 'CASHBACK', 'c'), payoutId('p', 'q2', 'CASHBACK', 'c'),
      payoutId('p', 'q', 'SUPER_CASHBACK', 'c'), payoutId('p', 'q', 'CASHBACK', 'c2'),
      adjustmentId('p', 'q', 'c', 't/0/1'), adjustmentId('p', 'q', 'c', 't/0/2'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
