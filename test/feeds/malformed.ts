/**
 * What acquirers and the enrolment desk get wrong: each malformed line with the column it is blamed on, each file that
 * is refused with the reason. Data only, so that whole pipelines can be fed the same table.
 */
import type { RefusalReason } from '../../feeds/feed-error.ts';
import {
  checksummed, enrolmentLine, enrolmentText, gzipped, transactionLine,
  type EnrolmentColumns, type TransactionColumns,
} from './samples.ts';

export interface MalformedLineCase {
  readonly what: string;
  /** Without LF. */
  readonly bytes: Buffer;
  /** The first bad column; null where none can be named. */
  readonly field: string | null;
}

export interface RefusedFileCase {
  readonly what: string;
  readonly kind: 'transactions' | 'enrolments';
  /** Without folder. */
  readonly name: string;
  readonly content: Buffer;
  readonly reason: RefusalReason;
}

/** None of them begins a file with `#sha256sum:` as long as a good line stands before them. */
export const MALFORMED_TRANSACTION_LINES: readonly MalformedLineCase[] = [
  raw('an empty line', ''),
  raw('only a CR', '\r\r'),
  raw('a space', ' '),
  raw('18 columns', transactionLine().split(';').slice(0, 18).join(';')),
  raw('20 columns', `${transactionLine()};`),
  raw('a great many columns', ';'.repeat(100_000)),
  raw('another separator', transactionLine().replaceAll(';', ',')),
  raw('a semicolon in quotes', transactionLine({ fiscalCode: '"a;b"' })),
  raw('a header', 'acquirer_code;operation_type'),
  raw('a checksum line that is not the first line', `#sha256sum:${'0'.repeat(64)}`),
  raw('bytes that are not UTF-8', Buffer.concat([Buffer.from(transactionLine()), Buffer.from([0xe0, 0x80])])),
  raw('an overlong encoding', Buffer.concat([Buffer.from(transactionLine()), Buffer.from([0xc0, 0xaf])])),
  raw('a surrogate in UTF-8', Buffer.concat([Buffer.from(transactionLine()), Buffer.from([0xed, 0xa0, 0x80])])),
  raw('Latin-1', Buffer.from(transactionLine({ fiscalCode: 'città' }), 'latin1')),
  transaction('acquirerCode', 'a byte order mark', { acquirerCode: '\ufeff36081' }),
  transaction('acquirerCode', 'empty', { acquirerCode: '' }),
  transaction('acquirerCode', 'four characters', { acquirerCode: '3608' }),
  transaction('acquirerCode', 'six characters', { acquirerCode: '360811' }),
  transaction('acquirerCode', 'an accent', { acquirerCode: '3608é' }),
  transaction('acquirerCode', 'a trailing blank', { acquirerCode: '3608 ' }),
  transaction('acquirerCode', 'quoted', { acquirerCode: '"3608"' }),
  transaction('operationType', 'empty', { operationType: '' }),
  transaction('operationType', 'unknown', { operationType: '02' }),
  transaction('operationType', 'one digit', { operationType: '0' }),
  transaction('circuitType', 'one digit', { circuitType: '1' }),
  transaction('circuitType', 'letters', { circuitType: 'AB' }),
  transaction('circuitType', 'Arabic digits', { circuitType: '١٢' }),
  transaction('hashPan', 'a card number in clear', { hashPan: '4929000000000006' }),
  transaction('hashPan', '63 digits', { hashPan: 'a'.repeat(63) }),
  transaction('hashPan', '65 digits', { hashPan: 'a'.repeat(65) }),
  transaction('hashPan', 'no hex', { hashPan: 'g'.repeat(64) }),
  transaction('trxDate', 'empty', { trxDate: '' }),
  transaction('trxDate', 'no offset', { trxDate: '2020-12-10T12:19:16.000' }),
  transaction('trxDate', 'lower case', { trxDate: '2020-12-10t12:19:16z' }),
  transaction('trxDate', '30 February', { trxDate: '2021-02-30T12:00:00Z' }),
  transaction('trxDate', '29 February of a common year', { trxDate: '2021-02-29T12:00:00Z' }),
  transaction('trxDate', '24:00', { trxDate: '2020-12-10T24:00:00Z' }),
  transaction('trxDate', 'second 60', { trxDate: '2020-12-31T23:59:60Z' }),
  transaction('trxDate', 'two digits of fraction', { trxDate: '2020-12-10T12:19:16.00Z' }),
  transaction('trxDate', 'six digits of fraction', { trxDate: '2020-12-10T12:19:16.000000Z' }),
  transaction('trxDate', 'an offset of 24 hours', { trxDate: '2020-12-10T12:19:16+24:00' }),
  transaction('trxDate', 'an offset of hours only', { trxDate: '2020-12-10T12:19:16+01' }),
  transaction('trxDate', 'a blank before', { trxDate: ' 2020-12-10T12:19:16Z' }),
  transaction('trxDate', 'a long text', { trxDate: '2'.repeat(100_000) }),
  transaction('idTrxAcquirer', 'empty', { idTrxAcquirer: '' }),
  transaction('idTrxAcquirer', '256 characters', { idTrxAcquirer: '1'.repeat(256) }),
  transaction('idTrxAcquirer', 'a hyphen', { idTrxAcquirer: '12-34' }),
  transaction('idTrxIssuer', 'empty', { idTrxIssuer: '' }),
  transaction('idTrxIssuer', '256 characters', { idTrxIssuer: '1'.repeat(256) }),
  transaction('correlationId', '256 characters', { correlationId: '1'.repeat(256) }),
  transaction('correlationId', 'a blank', { correlationId: ' ' }),
  transaction('amount', 'empty', { amount: '' }),
  transaction('amount', 'negative', { amount: '-1' }),
  transaction('amount', 'signed', { amount: '+1' }),
  transaction('amount', 'a decimal point', { amount: '12.34' }),
  transaction('amount', '12 digits', { amount: '000000000001' }),
  transaction('amount', 'hexadecimal', { amount: '0x10' }),
  transaction('amount', 'an exponent', { amount: '1e3' }),
  transaction('currency', 'letters', { currency: 'EUR' }),
  transaction('currency', 'two digits', { currency: '97' }),
  transaction('acquirerId', 'empty', { acquirerId: '' }),
  transaction('merchantId', '256 characters', { merchantId: 'm'.repeat(256) }),
  transaction('merchantId', 'an underscore', { merchantId: 'a_b' }),
  transaction('terminalId', 'empty', { terminalId: '' }),
  transaction('terminalId', 'a NUL', { terminalId: '8020\u00005005' }),
  transaction('bin', 'seven digits', { bin: '4023601' }),
  transaction('bin', 'a card number in clear', { bin: '4929000000000006' }),
  transaction('mcc', 'empty', { mcc: '' }),
  transaction('mcc', 'six characters', { mcc: '490000' }),
  transaction('fiscalCode', '256 code points', { fiscalCode: 'x'.repeat(256) }),
  transaction('fiscalCode', '256 code points beyond U+FFFF', { fiscalCode: '😀'.repeat(256) }),
  transaction('vat', '256 code points', { vat: 'à'.repeat(256) }),
  transaction('posType', 'unknown', { posType: '2' }),
  transaction('posType', 'empty', { posType: '' }),
  transaction('par', '256 code points', { par: 'p'.repeat(256) }),
  transaction('operationType', 'several, the first of them', { operationType: 'X', amount: 'X', posType: 'X' }),
  transaction('trxDate', 'several, 30 February first', { trxDate: '2021-02-30T12:00:00Z', amount: 'X' }),
  transaction('circuitType', 'several, 30 February last', { circuitType: 'X', trxDate: '2021-02-30T12:00:00Z' }),
];

export const MALFORMED_ENROLMENT_LINES: readonly MalformedLineCase[] = [
  raw('an empty line', ''),
  raw('three columns', enrolmentLine().split(',').slice(0, 3).join(',')),
  raw('five columns', `${enrolmentLine()},`),
  raw('semicolons', enrolmentLine().replaceAll(',', ';')),
  raw('bytes that are not UTF-8', Buffer.concat([Buffer.from(enrolmentLine()), Buffer.from([0xff])])),
  enrolment('hashPan', 'the header again', { hashPan: 'hashPan', citizenId: 'citizenId', event: 'event', at: 'at' }),
  enrolment('hashPan', 'a card number in clear', { hashPan: '4929000000000006' }),
  enrolment('hashPan', 'quoted', { hashPan: `"${'a'.repeat(64)}"` }),
  enrolment('citizenId', 'empty', { citizenId: '' }),
  enrolment('citizenId', '65 characters', { citizenId: 'c'.repeat(65) }),
  enrolment('citizenId', 'a slash', { citizenId: 'a/b' }),
  enrolment('citizenId', 'an accent', { citizenId: 'è' }),
  enrolment('event', 'lower case', { event: 'enrolled' }),
  enrolment('event', 'unknown', { event: 'PAUSED' }),
  enrolment('event', 'a blank after', { event: 'REMOVED ' }),
  enrolment('at', 'no offset', { at: '2020-12-01T10:00:00' }),
  enrolment('at', 'a date only', { at: '2020-12-01' }),
  enrolment('at', '31 November', { at: '2020-11-31T10:00:00Z' }),
];

const GOOD = `${transactionLine()}\n`;
const PACKED = gzipped(GOOD);
const SUM = checksummed(GOOD).toString('latin1');

export const REFUSED_FILES: readonly RefusedFileCase[] = [
  transactions('checksum-differs', 'another content', `${SUM}${GOOD}`),
  transactions('checksum-differs', 'LF became CRLF on the way', SUM.replace(/(?<=;)\n/, '\r\n')),
  transactions('checksum-differs', 'nothing under the checksum', SUM.slice(0, 76)),
  transactions('checksum-malformed', '63 digits', SUM.replace(/[0-9a-f]\n/, '\n')),
  transactions('checksum-malformed', '65 digits', SUM.replace('\n', '0\n')),
  transactions('checksum-malformed', 'no digits', `#sha256sum:\n${GOOD}`),
  transactions('checksum-malformed', 'a blank before the digits', SUM.replace(':', ': ')),
  transactions('checksum-malformed', 'a blank after the digits', SUM.replace('\n', ' \n')),
  transactions('checksum-malformed', 'two CR after the digits', SUM.replace('\n', '\r\r\n')),
  transactions('checksum-malformed', 'not hex', SUM.replace(/[0-9a-f]\n/, 'g\n')),
  transactions('checksum-malformed', 'all there is', '#sha256sum:'),
  transactions('checksum-malformed', 'no end of line', `#sha256sum:${'0'.repeat(100_000)}`),
  packed('checksum-differs', 'a wrong checksum inside', gzipped(`${SUM}${GOOD}`)),
  packed('gzip', 'not gzip', Buffer.from(GOOD)),
  packed('gzip', 'empty', Buffer.alloc(0)),
  packed('gzip', 'the last byte is missing', PACKED.subarray(0, -1)),
  packed('gzip', 'the second member is missing its end', Buffer.concat([PACKED, PACKED.subarray(0, 20)])),
  packed('gzip', 'a zero byte follows', Buffer.concat([PACKED, Buffer.alloc(1)])),
  packed('gzip', 'a block of zeros follows', Buffer.concat([PACKED, Buffer.alloc(300_000)])),
  packed('gzip', 'a zero byte between two members', Buffer.concat([PACKED, Buffer.alloc(1), PACKED])),
  packed('gzip', 'text follows', Buffer.concat([PACKED, Buffer.from(GOOD)])),
  packed('gzip', 'half a magic number follows', Buffer.concat([PACKED, Buffer.from([0x1f])])),
  packed('gzip', 'a wrong CRC', damaged(PACKED, PACKED.length - 8)),
  packed('gzip', 'a wrong length', damaged(PACKED, PACKED.length - 1)),
  enrolments('empty', ''),
  enrolments('no header', `${enrolmentLine()}\n`),
  enrolments('a byte order mark', `\ufeff${enrolmentText(enrolmentLine())}`),
  enrolments('a checksum line', checksummed(enrolmentText(enrolmentLine())).toString()),
  enrolments('a blank after the header', enrolmentText(enrolmentLine()).replace('\n', ' \n')),
  enrolments('another order', enrolmentText(enrolmentLine()).replace('event,at', 'at,event')),
  enrolments('upper case', enrolmentText(enrolmentLine()).replace('hashPan', 'HASHPAN')),
  enrolments('an empty line first', `\n${enrolmentText(enrolmentLine())}`),
  { ...enrolments('gzip', ''), name: 'enrolments.csv.gz', content: gzipped(enrolmentText(enrolmentLine())) },
];

function raw(what: string, bytes: string | Buffer): MalformedLineCase {
  return { what, bytes: Buffer.from(bytes), field: null };
}

function transaction(field: keyof TransactionColumns, what: string, changes: Partial<TransactionColumns>) {
  return { what: `${field}: ${what}`, bytes: Buffer.from(transactionLine(changes)), field };
}

function enrolment(field: keyof EnrolmentColumns, what: string, changes: Partial<EnrolmentColumns>) {
  return { what: `${field}: ${what}`, bytes: Buffer.from(enrolmentLine(changes)), field };
}

function transactions(reason: RefusalReason, what: string, content: string): RefusedFileCase {
  return { what, kind: 'transactions', name: 'refused.csv', content: Buffer.from(content), reason };
}

function packed(reason: RefusalReason, what: string, content: Buffer): RefusedFileCase {
  return { what, kind: 'transactions', name: 'refused.csv.gz', content, reason };
}

function enrolments(what: string, content: string): RefusedFileCase {
  return { what, kind: 'enrolments', name: 'enrolments.csv', content: Buffer.from(content), reason: 'header' };
}

function damaged(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0xff;
  return copy;
}
