/**
 * Which records are one, the same again, or a reversal and its payment (contract, section 2 rules 3 and 4): for every
 * field of a record, what changes when the field does.
 */
import { describe, expect, it } from 'vitest';
import { contentOf, identityOf, linkOf } from '../../programme/identity.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';

const PAYMENT: CardTransaction = {
  acquirerCode: '12345', operationType: 'PAYMENT', circuitType: '00', hashPan: Buffer.alloc(32, 1), trxDate: 1_607_382_000_000, idTrxAcquirer: 'T1',
  correlationId: 'C1', amount: 1000, currency: '978', acquirerId: 'A1', merchantId: 'M1', terminalId: 'P1', mcc: '5411', posType: 'PHYSICAL',
};

const OTHER: CardTransaction = {
  acquirerCode: '12346', operationType: 'REVERSAL', circuitType: '01', hashPan: Buffer.alloc(32, 2), trxDate: 1_607_382_000_001, idTrxAcquirer: 'T2',
  correlationId: 'C2', amount: 1001, currency: '840', acquirerId: 'A2', merchantId: 'M2', terminalId: 'P2', mcc: '5412', posType: 'VIRTUAL',
};

const FIELDS = Object.keys(PAYMENT) as (keyof CardTransaction)[];

/** The fields that the text depends on. */
function fieldsOf(text: (transaction: CardTransaction) => string, of: CardTransaction): string[] {
  return FIELDS.filter((field) => text({ ...of, [field]: OTHER[field] }) !== text(of)).sort();
}

describe('identity and content', () => {
  it('are of the fields of the contract', () => {
    expect(fieldsOf(identityOf, PAYMENT)).toEqual(['acquirerCode', 'acquirerId', 'idTrxAcquirer', 'operationType', 'trxDate']);
    expect(fieldsOf(contentOf, PAYMENT)).toEqual(['amount', 'correlationId', 'hashPan', 'merchantId', 'terminalId']);
  });

  it('keep their fields apart: a character that moves over is another record', () => {
    expect(identityOf({ ...PAYMENT, acquirerId: 'A1T', idTrxAcquirer: '1' })).not.toBe(identityOf({ ...PAYMENT, acquirerId: 'A1', idTrxAcquirer: 'T1' }));
    expect(contentOf({ ...PAYMENT, merchantId: 'M1P', terminalId: '1' })).not.toBe(contentOf(PAYMENT));
  });
});

describe('the link', () => {
  const uncorrelated = { ...PAYMENT, correlationId: null };

  it('is of card, acquirer and correlationId, and of no amount, where there is a correlationId', () => {
    expect(fieldsOf(linkOf, PAYMENT)).toEqual(['acquirerCode', 'acquirerId', 'correlationId', 'hashPan']);
  });

  it('is of shop and amount too where there is none', () => {
    expect(fieldsOf(linkOf, uncorrelated)).toEqual(['acquirerCode', 'acquirerId', 'amount', 'correlationId', 'hashPan', 'merchantId', 'terminalId']);
  });

  it('is the same for a payment and its reversal, and never for one with and one without correlationId', () => {
    for (const payment of [PAYMENT, uncorrelated]) {
      expect(linkOf({ ...payment, operationType: 'REVERSAL', trxDate: OTHER.trxDate, idTrxAcquirer: 'T2' })).toBe(linkOf(payment));
    }
    expect(linkOf(uncorrelated)).not.toBe(linkOf(PAYMENT));
  });
});
