/**
 * The sample that the acquirers' standard comes with, where it lies beside the checkout (it is not ours to copy):
 * three payments of three cards, one of them online.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './cli.ts';

const SAMPLE = join(import.meta.dirname, '../../../shared/data/rtd');
const PROGRAMME = {
  programme: 'rtd-sample', timeZone: 'Europe/Rome', currency: '978',
  periods: [{
    id: 'august', from: '2020-08-01', until: '2020-09-01', grace: 'P1D',
    rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 1,
  }],
};

// Vitest shows the reason with the test that it skips.
describe.skipIf(!existsSync(SAMPLE))('the RTD sample (skipped when ../shared/data/rtd is not beside the checkout)', () => {
  let folder: string;
  const read = (name: string) => readFile(join(folder, 'out', name), 'utf8');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tornaconto-rtd-'));
    const cards = (await readFile(join(SAMPLE, 'hpan.csv'), 'utf8')).split('\n').filter((line) => line !== '');
    const enrolments = ['hashPan,citizenId,event,at', ...cards.map((card, i) => `${card},citizen-${i + 1},ENROLLED,2020-07-01T08:00:00Z`)];
    await writeFile(join(folder, 'enrolments.csv'), enrolments.join('\n'));
    await writeFile(join(folder, 'programme.json'), JSON.stringify(PROGRAMME));
    const ran = await runCli([
      'replay', '--programme', join(folder, 'programme.json'), '--enrolments', join(folder, 'enrolments.csv'),
      '--transactions', join(SAMPLE, 'trx-list-output.csv'), '--out', join(folder, 'out'),
    ]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

  test('two payments in a shop count, the one online is dropped', async () => {
    expect(JSON.parse(await read('summary.json'))).toMatchObject({
      files: { read: 2, refused: 0 },
      enrolments: { read: 3, applied: 3, unchanged: 0, quarantined: 0 },
      transactions: { read: 3, applied: 2, duplicate: 0, dropped: { online: 1 }, quarantined: {} },
      payouts: { count: 2, amountCents: 916 },
    });
    expect(await read('quarantine.csv')).toBe('source,line,reason,field\n');
  });

  test('12 cents give 1, 91.50 euro give 9.15', async () => {
    expect(await read('totals.csv')).toBe('citizenId,period,transactions,cashbackCents\ncitizen-1,august,1,1\ncitizen-3,august,1,915\n');
    expect((await read('payouts.csv')).split('\n').slice(1).map((row) => row.slice(33)))
      .toEqual(['citizen-1,august,CASHBACK,1,1', 'citizen-3,august,CASHBACK,1,915', '']);
    expect(await read('adjustments.csv')).toBe('citizenId,period,amountCents\n');
  });
});
