/**
 * Which fields make two records the same, the same again, or a reversal and its payment.
 *
 * Source: contract, section 2 rules 3 and 4. The lists are data, because the rules read them as text here, and the
 * hot path hashes the same fields as bytes.
 */
import type { CardTransaction } from '../schemas/generated/types.ts';

export type Field = keyof CardTransaction;

/** Two records of a citizen with these equal are one record. */
export const IDENTITY_FIELDS = [
  'acquirerCode', 'acquirerId', 'idTrxAcquirer', 'trxDate', 'operationType',
] as const satisfies readonly Field[];

/** With the same identity: these equal = a duplicate, otherwise a conflict. */
export const CONTENT_FIELDS = [
  'hashPan', 'amount', 'correlationId', 'merchantId', 'terminalId',
] as const satisfies readonly Field[];

/** A reversal with a correlationId and its payments have these in common. */
export const CORRELATED_LINK_FIELDS = [
  'hashPan', 'acquirerCode', 'acquirerId', 'correlationId',
] as const satisfies readonly Field[];

/** A reversal without a correlationId is total, and has these in common with its payment. */
export const UNCORRELATED_LINK_FIELDS = [
  'hashPan', 'acquirerCode', 'acquirerId', 'merchantId', 'terminalId', 'amount',
] as const satisfies readonly Field[];

export function identityOf(transaction: CardTransaction): string {
  return textOf(transaction, IDENTITY_FIELDS);
}

export function contentOf(transaction: CardTransaction): string {
  return textOf(transaction, CONTENT_FIELDS);
}

/** Equal links: a reversal and the payments that it may take. Records with and without correlationId never meet. */
export function linkOf(transaction: CardTransaction): string {
  return transaction.correlationId === null
    ? `uncorrelated;${textOf(transaction, UNCORRELATED_LINK_FIELDS)}`
    : `correlated;${textOf(transaction, CORRELATED_LINK_FIELDS)}`;
}

function textOf(transaction: CardTransaction, fields: readonly Field[]): string {
  return fields.map((field) => {
    const value = transaction[field];
    return Buffer.isBuffer(value) ? value.toString('hex') : String(value ?? '');
  }).join(';');
}
