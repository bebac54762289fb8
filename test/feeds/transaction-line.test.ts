import { describe, expect, test } from 'vitest';
import { isUtf8 } from 'node:buffer';
import { firstBadTransactionColumn, parseTransactionLine, TRANSACTION_COLUMNS } from '../../feeds/transaction-line.ts';
import { MALFORMED_TRANSACTION_LINES } from './malformed.ts';
import { transactionLine, type TransactionColumns } from './samples.ts';

describe('a transaction line', () => {
  test('becomes a CardTransaction', () => {
    expect(parseTransactionLine(transactionLine())).toEqual({
      acquirerCode: '36081',
      operationType: 'PAYMENT',
      circuitType: '10',
      hashPan: Buffer.from('5c6bda1b1f5f6238dcba70f9f4b5a77671eb2b1563b0ca6d15d14c649a9b7ce0', 'hex'),
      trxDate: Date.UTC(2020, 11, 10, 11, 19, 16),
      idTrxAcquirer: '80205005000037219007587693',
      correlationId: null,
      amount: 12345,
      currency: '978',
      acquirerId: '09509',
      merchantId: '400000080205',
      terminalId: '80205005',
      mcc: '4900',
      posType: 'PHYSICAL',
    });
  });

  test('of a reversal online, with a correlationId, in upper case', () => {
    const line = transactionLine({ operationType: '01', posType: '01', correlationId: 'A1', hashPan: 'AB'.repeat(32) });
    expect(parseTransactionLine(line)).toMatchObject({
      operationType: 'REVERSAL', posType: 'VIRTUAL', correlationId: 'A1', hashPan: Buffer.alloc(32, 0xab),
    });
  });

  test.each<[string, Partial<TransactionColumns>]>([
    ['leading zeros and 11 digits', { amount: '00000000007' }],
    ['the largest amount', { amount: '99999999999' }],
    ['an amount of 0', { amount: '0' }],
    ['6 digits of bin', { bin: '402360' }],
    ['identifiers of 255', { idTrxAcquirer: '1'.repeat(255), merchantId: 'Z'.repeat(255), correlationId: 'a'.repeat(255) }],
    ['255 code points, each of two units', { fiscalCode: '😀'.repeat(255), vat: '😀'.repeat(255), par: '😀'.repeat(255) }],
    ['anything in the free columns', { fiscalCode: '"\0\r,\u2028', vat: ' ', par: '\ufeff' }],
    ['an offset without colon', { trxDate: '2020-12-10T12:19:16-0130' }],
    ['29 February of a leap year', { trxDate: '2020-02-29T23:59:59.999Z' }],
    ['another currency: not this reader\'s matter', { currency: '840' }],
  ])('is good with %s', (_what, changes) => {
    const line = transactionLine(changes);
    expect(firstBadTransactionColumn(line)).toBeNull();
    const transaction = parseTransactionLine(line);
    expect(transaction).not.toBeNull();
    if (changes.amount !== undefined) expect(transaction!.amount).toBe(Number(changes.amount));
  });

  test.each(MALFORMED_TRANSACTION_LINES.filter(({ bytes }) => isUtf8(bytes)))('$what is malformed', ({ bytes, field }) => {
    expect(parseTransactionLine(bytes.toString())).toBeNull();
    expect(firstBadTransactionColumn(bytes.toString())).toBe(field);
  });

  test('control: a good line has no bad column', () => {
    expect(firstBadTransactionColumn(transactionLine())).toBeNull();
    expect(parseTransactionLine(transactionLine())).not.toBeNull();
  });

  test('every column has a malformed line that is blamed on it', () => {
    const blamed = new Set(MALFORMED_TRANSACTION_LINES.map(({ field }) => field));
    for (const { name } of TRANSACTION_COLUMNS) expect(blamed).toContain(name);
  });

  test('keeps nothing of the columns that are not kept', () => {
    const line = transactionLine({
      bin: '49290000', idTrxIssuer: 'SECRETissuer', fiscalCode: 'SECRETfiscal', vat: 'SECRETvat', par: 'SECRETpar',
    });
    expect(JSON.stringify(parseTransactionLine(line))).not.toMatch(/SECRET|49290000/);
  });
});
