/** What is wrong with lines and files, through the command itself: each named in quarantine.csv or on stderr, exit 3. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MALFORMED_ENROLMENT_LINES, MALFORMED_TRANSACTION_LINES, REFUSED_FILES, type MalformedLineCase } from '../feeds/malformed.ts';
import { enrolmentLine, enrolmentText, transactionLine } from '../feeds/samples.ts';
import { oracle } from '../oracle/oracle.ts';
import { Desk, PROGRAMME, runCli, type Ran } from './cli.ts';

let desk: Desk;
beforeAll(async () => { desk = new Desk(await mkdtemp(join(tmpdir(), 'tornaconto-cli-'))); });
afterAll(async () => { await rm(desk.folder, { recursive: true, force: true }); });

/** A good line, then each bad one: none of them is the file's first. */
const transactionLines = linesOf(transactionLine(), MALFORMED_TRANSACTION_LINES);
const enrolmentLines = Buffer.concat([Buffer.from('hashPan,citizenId,event,at\n'), linesOf(enrolmentLine(), MALFORMED_ENROLMENT_LINES)]);

describe('malformed lines', () => {
  let ran: Ran;
  let rows: string[];

  beforeAll(async () => {
    ran = await replayFiles('lines', [await desk.put('lines/enrolments.csv', enrolmentLines)], [await desk.put('lines/transactions.csv', transactionLines)]);
    rows = (await readFile(desk.out('out-lines/quarantine.csv'), 'utf8')).split('\n').slice(1, -1);
  });

  test('exit 3, and no message but the summary', () => {
    expect(ran).toMatchObject({ code: 3, stderr: '' });
  });

  test.each(MALFORMED_TRANSACTION_LINES.map((row, i) => ({ ...row, line: i + 2 })))('transaction: $what', ({ line, field }) => {
    expect(rows.filter((row) => row.startsWith(`transactions.csv,${line},`))).toEqual([`transactions.csv,${line},malformed,${field ?? ''}`]);
  });

  test.each(MALFORMED_ENROLMENT_LINES.map((row, i) => ({ ...row, line: i + 3 })))('enrolment: $what', ({ line, field }) => {
    expect(rows.filter((row) => row.startsWith(`enrolments.csv,${line},`))).toEqual([`enrolments.csv,${line},malformed,${field ?? ''}`]);
  });

  test('nothing else is quarantined, and the good lines count', async () => {
    expect(rows).toHaveLength(MALFORMED_TRANSACTION_LINES.length + MALFORMED_ENROLMENT_LINES.length);
    expect(await readFile(desk.out('out-lines/totals.csv'), 'utf8')).toBe('citizenId,period,transactions,cashbackCents\ncitizen-1,p,1,1234\n');
  });

  test('the oracle says the same', async () => {
    const files = oracle({
      programme: PROGRAMME, asOf: '2022-01-01T00:00:00Z',
      enrolments: [{ name: 'enrolments.csv', text: enrolmentLines }], transactions: [{ name: 'transactions.csv', text: transactionLines }],
    });
    expect(await readFile(desk.out('out-lines/quarantine.csv'), 'utf8')).toBe(files['quarantine.csv']);
  });
});

describe('refused files', () => {
  let ran: Ran;
  let summary: { files: Record<string, number>; enrolments: Record<string, number>; transactions: Record<string, unknown> };

  beforeAll(async () => {
    const paths = await Promise.all(REFUSED_FILES.map(({ name, content }, i) => desk.put(`refused/${i}/${name}`, content)));
    const ofKind = (kind: string) => paths.filter((_, i) => REFUSED_FILES[i]!.kind === kind);
    ran = await replayFiles('refused',
      [...ofKind('enrolments'), await desk.put('refused/good.csv', enrolmentText(enrolmentLine()))],
      [...ofKind('transactions'), await desk.put('refused/t.csv', `${transactionLine()}\n`)]);
    summary = JSON.parse(await readFile(desk.out('out-refused/summary.json'), 'utf8')) as typeof summary;
  });

  test('exit 3, each named once with its reason', () => {
    expect(ran.code).toBe(3);
    const messages = ran.stderr.split('\n').slice(0, -1);
    expect(messages).toHaveLength(REFUSED_FILES.length);
    const inOrder = [...REFUSED_FILES].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'enrolments' ? -1 : 1));
    inOrder.forEach(({ name }, i) => { expect(messages[i]).toMatch(new RegExp(`^tornaconto: ${name}: refused whole: `)); });
    const words = Map.groupBy(inOrder.map(({ reason }, i) => ({ reason, message: messages[i]!.split(': refused whole: ')[1]! })), ({ reason }) => reason);
    for (const ofReason of words.values()) expect(new Set(ofReason.map(({ message }) => message)).size).toBe(1);
    expect(new Set([...words.values()].map(([first]) => first!.message)).size).toBe(words.size);
  });

  test('none of their lines counts anywhere', async () => {
    expect(summary.files).toEqual({ read: 2, refused: REFUSED_FILES.length });
    expect(summary.enrolments).toMatchObject({ read: 1, applied: 1 });
    expect(summary.transactions).toMatchObject({ read: 1, applied: 1 });
    expect(await readFile(desk.out('out-refused/quarantine.csv'), 'utf8')).toBe('source,line,reason,field\n');
  });
});

function linesOf(good: string, cases: readonly MalformedLineCase[]): Buffer {
  return Buffer.concat([good, ...cases.map(({ bytes }) => bytes)].flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
}

async function replayFiles(name: string, enrolments: readonly string[], transactions: readonly string[]): Promise<Ran> {
  return runCli([
    'replay', '--programme', await desk.put(`${name}/programme.json`, JSON.stringify(PROGRAMME)),
    '--enrolments', ...enrolments, '--transactions', ...transactions, '--out', desk.out(`out-${name}`), '--as-of', '2022-01-01T00:00:00Z',
  ]);
}
