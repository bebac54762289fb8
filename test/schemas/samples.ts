/** A value of every public schema, and the bytes of its body as an encoder of another language wrote them. */
import { FRAME_BYTES, writeFrameHead } from '../../schemas/frame.ts';
import type { Records } from '../../schemas/generated/types.ts';
import type { SchemaName } from '../../schemas/schemas.ts';

export interface Sample<N extends SchemaName = SchemaName> {
  readonly name: N;
  readonly value: Records[N];
  readonly bodyHex: string;
}

const CARD = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

const sample = <N extends SchemaName>(name: N, value: Records[N], bodyHex: string): Sample<N> => ({ name, value, bodyHex });

export const TRANSACTION = sample('CardTransaction', {
  acquirerCode: '01005', operationType: 'REVERSAL', circuitType: '00', hashPan: CARD, trxDate: 1_607_425_200_123,
  idTrxAcquirer: 'T1', correlationId: 'C9', amount: 99_999_999_999, currency: '978', acquirerId: 'A', merchantId: 'M',
  terminalId: 'P', mcc: '5411', posType: 'PHYSICAL',
}, '0a303130303502043030000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1ff6bf90a0c85d'
  + '04543102044339fe9fb787e905063937380241024d0250083534313100');

export const ENROLMENT = sample('CardEnrolment', {
  hashPan: CARD, citizenId: 'RSSMRA80A01H501U', event: 'REMOVED', at: -62_167_305_540_000,
}, '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f205253534d52413830413031483530315502bfc6cec2cea21c');

export const SAMPLES: readonly Sample[] = [
  TRANSACTION,
  ENROLMENT,
  sample('Payout', {
    payoutId: '0123456789abcdef0123456789abcdef', programme: 'cashback-2020', period: '2021-h1', citizenId: 'c-1',
    kind: 'SUPER_CASHBACK', amount: 150_000, transactions: 52, deadline: 1_627_682_400_000,
  }, '4030313233343536373839616263646566303132333435363738396162636465661a636173686261636b2d32303230'
    + '0e323032312d683106632d3102e0a71268809cf396df5e'),
  sample('PeriodClosure', {
    programme: 'cashback-2020', period: '2021-h1', kind: 'CASHBACK', shard: 3, shards: 24, citizens: 70_000,
    payouts: 64, amount: 960_000, digest: 'ab', lastRankedTransactions: 812,
  }, '1a636173686261636b2d323032300e323032312d6831000630e0c508800180987504616202d80c'),
  sample('Adjustment', {
    adjustmentId: '00ff', programme: 'cashback-2020', period: '2021-h1', citizenId: 'c-1', amount: -1500,
    arrival: 1_627_682_400_001,
  }, '08303066661a636173686261636b2d323032300e323032312d683106632d31b717829cf396df5e'),
  sample('CitizenTotal', {
    programme: 'cashback-2020', period: '2021-h1', citizenId: 'c-1', transactions: 51, cashback: 15_000,
    minimumTransactions: 50, closed: true,
  }, '1a636173686261636b2d323032300e323032312d683106632d3166b0ea016401'),
  sample('Quarantined', {
    topic: 'card-transactions', partition: 7, offset: 2 ** 32, arrival: 1_607_425_200_123, reason: 'malformed',
    field: 'mcc', schemaId: 4, source: null,
  }, '22636172642d7472616e73616374696f6e730e8080808020f6bf90a0c85d126d616c666f726d656402066d6363020800'),
];

/** A framed value, whatever its body. */
export function frame(schemaId: number, body: Uint8Array): Buffer {
  const value = Buffer.concat([Buffer.alloc(FRAME_BYTES), body]);
  writeFrameHead(value, schemaId);
  return value;
}
