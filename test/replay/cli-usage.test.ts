/**
 * Exit codes, and wrong use: every one ends with 2, names the option, the key or the file, repeats no value, and leaves
 * no trace. A card number stands wherever a value may be wrong.
 */
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolmentLine, enrolmentText, transactionLine } from '../feeds/samples.ts';
import { Desk, PROGRAMME, runCli } from './cli.ts';

const PAN = '4929000000000006';
const PERIOD = PROGRAMME.periods[0]!;
const SPAWNING_MS = 120_000;

/** Whether 16 digits are right in a column. */
const COLUMNS = {
  acquirerCode: 'no', operationType: 'no', circuitType: 'no', hashPan: 'no', trxDate: 'no', idTrxAcquirer: 'free', idTrxIssuer: 'free',
  correlationId: 'free', amount: 'no', currency: 'no', acquirerId: 'free', merchantId: 'free', terminalId: 'free', bin: 'no', mcc: 'no',
  fiscalCode: 'free', vat: 'free', posType: 'no', par: 'free',
} as const;

let desk: Desk;
/** Those of a run in which all is well. */
let good: Readonly<Record<'programme' | 'enrolments' | 'transactions', string>>;

beforeAll(async () => {
  desk = new Desk(await mkdtemp(join(tmpdir(), 'tornaconto-cli-')));
  good = {
    programme: await desk.put('programme.json', JSON.stringify(PROGRAMME)),
    enrolments: await desk.put('enrolments.csv', enrolmentText(enrolmentLine())),
    transactions: await desk.put('transactions.csv', `${transactionLine()}\n`),
  };
});
afterAll(async () => { await rm(desk.folder, { recursive: true, force: true }); });

/** Arguments with some options changed; null leaves one out. */
function argsWith(out: string, changes: Readonly<Record<string, string | null>> = {}): string[] {
  return Object.entries({ ...good, out, ...changes }).flatMap(([option, value]) => (value === null ? [] : [`--${option}`, value]));
}

describe('exit codes', () => {
  test.concurrent('0: done; duplicates and drops are nothing wrong', async () => {
    const lines = [transactionLine(), transactionLine(), transactionLine({ posType: '01', idTrxAcquirer: '2' })].join('\n');
    const ran = await runCli(['replay', ...argsWith(desk.out('out0'), { transactions: await desk.put('0/t.csv', lines) })]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  }, SPAWNING_MS);

  test.concurrent('1: a fault: the file is written to while it is read', async () => {
    const path = await desk.put('1/t.csv', `${transactionLine()}\n`);
    // Before it is opened the second time.
    const meddling = await desk.put('1/meddle.mjs', `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const open = fs.openSync;
      let times = 0;
      fs.openSync = (path, ...rest) => {
        if (path === ${JSON.stringify(path)} && ++times === 2) fs.writeFileSync(path, 'another content');
        return open(path, ...rest);
      };
      syncBuiltinESMExports();`);
    const ran = await runCli(['replay', ...argsWith(desk.out('out1'), { transactions: path })], { NODE_OPTIONS: `--import=${meddling}` });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(`${path}: was changed`) as string });
    await expect(access(desk.out('out1/summary.json'))).rejects.toThrow();
  }, SPAWNING_MS);

  test.concurrent('3: something was quarantined', async () => {
    const ran = await runCli(['replay', ...argsWith(desk.out('out3'), { transactions: await desk.put('3/t.csv', transactionLine({ currency: '840' })) })]);
    expect(ran.code).toBe(3);
  }, SPAWNING_MS);
});

describe('wrong use: exit 2', () => {
  const ARGUMENTS: readonly (readonly [what: string, args: (out: string) => string[], named: string])[] = [
    ['no command', () => [], 'a command is missing'],
    ['an unknown command', () => [PAN], 'no such command'],
    ...['programme', 'enrolments', 'transactions', 'out'].map((option) =>
      [`no --${option}`, (out: string) => ['replay', ...argsWith(out, { [option]: null })], `--${option}`] as const),
    ['an unknown option', (out) => ['replay', ...argsWith(out), `--${PAN}`], 'no such option'],
    ['an option without its value', (out) => ['replay', ...argsWith(out), '--as-of'], '--as-of'],
    ['--as-of: a number', (out) => ['replay', ...argsWith(out, { 'as-of': PAN })], '--as-of'],
    ['--as-of: a date', (out) => ['replay', ...argsWith(out, { 'as-of': '2021-02-01' })], '--as-of'],
    ['--as-of: no offset', (out) => ['replay', ...argsWith(out, { 'as-of': '2021-02-01T00:00:00' })], '--as-of'],
    ['--as-of: 30 February', (out) => ['replay', ...argsWith(out, { 'as-of': '2021-02-30T00:00:00Z' })], '--as-of'],
    ['arguments that nobody asked for', (out) => ['replay', PAN, ...argsWith(out)], 'too many arguments'],
    ...['programme', 'enrolments', 'transactions'].flatMap((option) => [
      [`--${option}: no such file`, (out: string) => ['replay', ...argsWith(out, { [option]: desk.out('nowhere.csv') })], 'nowhere.csv'],
      [`--${option}: a folder`, (out: string) => ['replay', ...argsWith(out, { [option]: desk.folder })], 'tornaconto-cli-'],
    ] as const),
    ['--out: a file', () => ['replay', ...argsWith(good.programme)], 'programme.json'],
  ];

  test.concurrent.each(ARGUMENTS)('%s', async (what, args, named) => {
    await expectRefused(`out-${ARGUMENTS.findIndex(([name]) => name === what)}`, args, named);
  }, SPAWNING_MS);

  const period = (changes: object) => JSON.stringify({ ...PROGRAMME, periods: [{ ...PERIOD, ...changes }] });
  const PROGRAMMES: readonly (readonly [what: string, text: string, named: string])[] = [
    ['no JSON', `{"programme": ${PAN}, ${PAN}}`, 'not JSON'],
    ['an unknown key', JSON.stringify({ ...PROGRAMME, note: PAN }), 'note: unknown key'],
    ['a missing key', JSON.stringify({ ...PROGRAMME, currency: undefined }), 'currency: missing'],
    ['a repeated key', period({}).replace('"grace"', `"grace":"${PAN}","grace"`), 'periods[0].grace: repeated key'],
    ['a wrong type', period({ grace: Number(PAN) }), 'periods[0].grace'],
    ['a bad date', period({ from: PAN }), 'periods[0].from'],
    ['a bad duration', period({ grace: `P${PAN}` }), 'periods[0].grace'],
    ['a bad time zone', JSON.stringify({ ...PROGRAMME, timeZone: PAN }), 'timeZone'],
    ['a bad currency', JSON.stringify({ ...PROGRAMME, currency: PAN }), 'currency'],
    ['a bad name', JSON.stringify({ ...PROGRAMME, programme: `${PAN}/` }), 'programme: must'],
    ['a bad id', period({ id: `${PAN} ` }), 'periods[0].id'],
    ['an id used twice', JSON.stringify({ ...PROGRAMME, periods: [{ ...PERIOD, id: PAN }, { ...PERIOD, id: PAN, from: '2021-01-01', until: '2021-02-01' }] }), 'periods[1].id'],
    ['periods that overlap', JSON.stringify({ ...PROGRAMME, periods: [{ ...PERIOD, id: PAN }, PERIOD] }), 'periods[1].from'],
    ['until not after from', period({ id: PAN, until: PERIOD.from }), 'periods[0].until'],
    ['a negative amount', period({ periodCapCents: -Number(PAN) }), 'periods[0].periodCapCents'],
    ['a fractional amount', period({ transactionCapCents: Number(PAN) / 7.5 }), 'periods[0].transactionCapCents'],
    ['a rate over 10000', period({ rateBasisPoints: Number(PAN) }), 'periods[0].rateBasisPoints'],
  ];

  test.concurrent.each(PROGRAMMES)('a programme with %s', async (what, text, named) => {
    const number = PROGRAMMES.findIndex(([name]) => name === what);
    const programme = await desk.put(`programmes/${number}.json`, text);
    await expectRefused(`out-programme-${number}`, (out) => ['replay', ...argsWith(out, { programme })], named);
  }, SPAWNING_MS);

  async function expectRefused(outName: string, args: (out: string) => string[], named: string): Promise<void> {
    const out = desk.out(outName);
    const ran = await runCli(args(out), { LOG_LEVEL: 'trace' });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^tornaconto: [^\n]*\n$/);
    expect(ran.stderr).toContain(named);
    expect(ran.stderr).not.toContain(PAN);
    await expect(access(out)).rejects.toThrow();
  }
});

describe('a card number in what is refused is repeated nowhere', () => {
  /** All that ran(ning) left: what it said, and every file. */
  async function traces(name: string, enrolments: readonly (string | Buffer)[], transactions: readonly (string | Buffer)[]): Promise<{ code: number; all: string }> {
    const out = desk.out(`traces-${name}`);
    await mkdir(out, { recursive: true });
    const put = (kind: string) => (content: string | Buffer, i: number) => desk.put(`${name}/${kind}${i}.csv`, content);
    const ran = await runCli([
      'replay', '--programme', good.programme, '--out', out,
      '--enrolments', ...await Promise.all(enrolments.map(put('e'))), '--transactions', ...await Promise.all(transactions.map(put('t'))),
    ], { LOG_LEVEL: 'trace' });
    return { code: ran.code, all: [ran.stdout, ran.stderr, await desk.everythingIn(out)].join('\n') };
  }

  test.concurrent('in every column of every kind of bad line, and in files refused whole', async () => {
    const { code, all } = await traces('bad', [badEnrolments(), `${PAN}\n${enrolmentText(enrolmentLine())}`], [
      badTransactions(), `#sha256sum:${PAN}\n${transactionLine({ par: PAN })}\n`, `#sha256sum:${PAN.repeat(4)}\n${transactionLine({ par: PAN })}\n`,
    ]);
    expect(code).toBe(3);
    for (const reason of ['malformed', 'currency', 'conflict', 'card-taken', 'not-holder']) expect(all).toContain(reason);
    expect(all).not.toContain(PAN);
    expect(all).not.toContain(Buffer.from(PAN).toString('hex'));
  }, SPAWNING_MS);

  test.concurrent('control: a citizenId of a good line is found', async () => {
    const { all } = await traces('good', [enrolmentText(enrolmentLine({ citizenId: PAN }))], [transactionLine()]);
    expect(all).toContain(PAN);
  }, SPAWNING_MS);

  /** Each column once with the number, in a line that another fault spoils where the number itself does not. */
  function badTransactions(): string {
    const columns = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
    const planted = columns.map((column) => ({ [column]: PAN }));
    const free = columns.filter((column) => COLUMNS[column] === 'free').map((column) => ({ [column]: PAN }));
    return [
      transactionLine({ idTrxAcquirer: PAN }),
      ...planted.map((changes) => transactionLine({ posType: '9', ...changes })),
      ...planted.map((changes) => `${transactionLine(changes)};`),
      ...planted.map((changes) => `${transactionLine(changes)}\0;\ufffd`),
      ...free.map((changes) => transactionLine({ ...changes, currency: '840' })),
      ...free.map((changes) => transactionLine({ idTrxAcquirer: PAN, amount: '7', ...changes })),
      PAN,
    ].map((line) => `${line}\n`).join('');
  }

  function badEnrolments(): string {
    return enrolmentText(
      enrolmentLine(), enrolmentLine({ citizenId: PAN }), enrolmentLine({ citizenId: PAN, event: 'REMOVED' }),
      enrolmentLine({ hashPan: PAN }), enrolmentLine({ citizenId: `${PAN}/` }), enrolmentLine({ event: PAN }), enrolmentLine({ at: PAN }),
      PAN, `${enrolmentLine()},${PAN}`,
    );
  }
});
