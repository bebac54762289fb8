/** Files to records: split, look at each column, name the first bad one. Contract, section 3. */
import { createHash } from 'node:crypto';
import { instantOf, isDate, localOf } from './calendar.ts';
import type { Rules } from './rules.ts';
import type { Bad, Enrolment, FeedFile, Place, Transaction } from './world.ts';

export interface Read<T> {
  readonly records: T[];
  readonly bad: Bad[];
  /** Files refused whole. */
  refused: number;
}

const WORD = /^[A-Za-z0-9]{1,255}$/;
const TRANSACTION: readonly (readonly [string, (text: string) => boolean])[] = [
  ['acquirerCode', (text) => /^[A-Za-z0-9]{5}$/.test(text)],
  ['operationType', (text) => text === '00' || text === '01'],
  ['circuitType', (text) => /^[0-9]{2}$/.test(text)],
  ['hashPan', (text) => /^[0-9a-fA-F]{64}$/.test(text)],
  ['trxDate', (text) => instantOf(text) !== null],
  ['idTrxAcquirer', (text) => WORD.test(text)],
  ['idTrxIssuer', (text) => WORD.test(text)],
  ['correlationId', (text) => text === '' || WORD.test(text)],
  ['amount', (text) => /^[0-9]{1,11}$/.test(text)],
  ['currency', (text) => /^[0-9]{3}$/.test(text)],
  ['acquirerId', (text) => WORD.test(text)],
  ['merchantId', (text) => WORD.test(text)],
  ['terminalId', (text) => WORD.test(text)],
  ['bin', (text) => /^([0-9]{6}|[0-9]{8})$/.test(text)],
  ['mcc', (text) => /^[A-Za-z0-9]{1,5}$/.test(text)],
  ['fiscalCode', atMost255],
  ['vat', atMost255],
  ['posType', (text) => text === '00' || text === '01'],
  ['par', atMost255],
];
const ENROLMENT: typeof TRANSACTION = [
  ['hashPan', (text) => /^[0-9a-fA-F]{64}$/.test(text)],
  ['citizenId', (text) => /^[A-Za-z0-9._:-]{1,64}$/.test(text)],
  ['event', (text) => text === 'ENROLLED' || text === 'REMOVED'],
  ['at', (text) => instantOf(text) !== null],
];

export function readEnrolments(files: readonly FeedFile[], rules: Rules): Read<Enrolment> {
  const read: Read<Enrolment> = { records: [], bad: [], refused: 0 };
  files.forEach(({ name, text }, file) => {
    const [header, ...lines] = linesOf(Buffer.from(text));
    if (header?.toString('latin1') !== 'hashPan,citizenId,event,at') {
      read.refused += 1;
      return;
    }
    lines.forEach((line, index) => {
      const place = { source: name, line: index + 2, file };
      const columns = columnsOf(line, ',', ENROLMENT, place, read.bad);
      if (columns === null) return;
      const [hashPan, citizenId, event, at] = columns as [string, string, string, string];
      read.records.push({ ...place, card: rules.card(hashPan), citizenId, event, at: instantOf(at)! });
    });
  });
  return read;
}

export function readTransactions(files: readonly FeedFile[], timeZone: string, rules: Rules): Read<Transaction> {
  const read: Read<Transaction> = { records: [], bad: [], refused: 0 };
  files.forEach(({ name, text }, file) => {
    const lines = checked(Buffer.from(text));
    if (lines === null) {
      read.refused += 1;
      return;
    }
    const named = arrivalOf(name, timeZone);
    for (const [number, line] of lines) {
      const place = { source: name, line: number, file };
      const columns = columnsOf(line, ';', TRANSACTION, place, read.bad);
      if (columns === null) continue;
      const value = (column: string) => columns[TRANSACTION.findIndex(([name]) => name === column)]!;
      const trxDate = instantOf(value('trxDate'))!;
      read.records.push({
        ...place,
        acquirerCode: value('acquirerCode'), operationType: value('operationType'), card: rules.card(value('hashPan')),
        trxDate, idTrxAcquirer: value('idTrxAcquirer'), correlationId: value('correlationId'), amount: BigInt(value('amount')),
        currency: value('currency'), acquirerId: value('acquirerId'), merchantId: value('merchantId'),
        terminalId: value('terminalId'), posType: value('posType'), arrival: named ?? trxDate,
      });
    }
  });
  return read;
}

/** Numbered lines without the checksum line; null when the file is refused. */
function checked(content: Buffer): [number, Buffer][] | null {
  const numbered = linesOf(content).map((line, index): [number, Buffer] => [index + 1, line]);
  const first = numbered[0]?.[1].toString('latin1') ?? '';
  if (!first.startsWith('#sha256sum:')) return numbered;
  const sum = /^#sha256sum:([0-9a-fA-F]{64})$/.exec(first)?.[1];
  const end = content.indexOf('\n');
  const rest = end < 0 ? '' : content.subarray(end + 1);
  if (sum?.toLowerCase() !== createHash('sha256').update(rest).digest('hex')) return null;
  return numbered.slice(1);
}

/** Of an acquirer's file, by its name; null for any other. */
function arrivalOf(name: string, timeZone: string): number | null {
  const match = /^CSTAR\.[A-Za-z0-9]{5}\.TRNLOG\.(\d{4})(\d\d)(\d\d)\.([01]\d|2[0-3])([0-5]\d)([0-5]\d)\.\d{3}\.csv(\.gz)?$/.exec(name);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match as string[] as [string, string, string, string, string, string, string];
  if (!isDate(Number(year), Number(month), Number(day))) return null;
  return localOf(`${year}-${month}-${day}T${hour}:${minute}:${second}`, timeZone);
}

function columnsOf(line: Buffer, separator: string, form: typeof TRANSACTION, place: Place, bad: Bad[]): string[] | null {
  let columns: string[];
  try {
    columns = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line).split(separator);
  } catch {
    columns = [];
  }
  if (columns.length !== form.length) {
    bad.push({ ...place, reason: 'malformed', field: '' });
    return null;
  }
  const wrong = form.find(([, isGood], index) => !isGood(columns[index]!));
  if (wrong === undefined) return columns;
  bad.push({ ...place, reason: 'malformed', field: wrong[0] });
  return null;
}

/** Without their LF or CRLF. */
function linesOf(content: Buffer): Buffer[] {
  const lines = content.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => Buffer.from(line.replace(/\r$/, ''), 'latin1'));
}

function atMost255(text: string): boolean {
  return [...text].length <= 255;
}
