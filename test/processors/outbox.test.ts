/**
 * What quarantine says of a record beside its place: the header and the schema's id, of a conflict's record too. Of
 * that they come through the ledger: who folds it again, without the card transactions, says the same.
 */
import { describe, expect, test } from 'vitest';
import { Accrue } from '../../processors/accrue.ts';
import { LogError, type Append, type LogRecord, type OutgoingRecord } from '../../ports/log.ts';
import { quarantinedOf } from '../../reports/rows.ts';
import type { LedgerRecord, Quarantined } from '../../schemas/generated/types.ts';
import { MemoryCitizenTotals } from '../../stores/memory/citizen-totals.ts';
import { PAID_MS, Rig } from './rig.ts';

const SOURCE = `${'ab12'.repeat(16)}:`;
const PAN = '4023600000000000';

/** A citizen's payment, then others of its identity and another amount, from the lines of two files. */
async function withConflicts(count: number): Promise<Rig> {
  const rig = await Rig.folded(1, { batchRecordsMax: 4096 });
  await rig.engine.publish('card-transactions', 0, Array.from({ length: count }, (_, i) => (
    { ...rig.payment(0, { amount: 1 + i }), headers: { source: lineOf(i) } })));
  await rig.engine.drain();
  return rig;
}

function lineOf(i: number): string {
  return `${(i % 2 === 0 ? 'ab12' : '00ff').repeat(16)}:${i + 1}`;
}

function toldOf(values: readonly Quarantined[]): Pick<Quarantined, 'offset' | 'reason' | 'source' | 'schemaId'>[] {
  return values.map(({ offset, reason, source, schemaId }) => ({ offset, reason, source, schemaId })).sort((a, b) => a.offset - b.offset);
}

describe('through the pipeline', () => {
  test('every refusal of a transaction tells the header and the schema of its record', async () => {
    const rig = await Rig.folded(1);
    await rig.engine.publish('card-transactions', 0, [
      { amount: 999 }, { acquirerCode: PAN }, { currency: '840' }, { trxDate: PAID_MS + 3_600_000 },
    ].map((changes, i) => ({ ...rig.payment(0, changes), headers: { source: `${SOURCE}${i + 1}` } })));
    await rig.engine.drain();
    const { schemaId } = rig.engine.context.serdes.transaction;
    expect(toldOf(await quarantinedOf(rig.engine.context))).toEqual(['conflict', 'malformed', 'currency', 'future'].map((reason, i) => (
      { offset: i + 1, reason, source: `${SOURCE}${i + 1}`, schemaId })));
  });

  test.each([
    ['no header', undefined], ['another header', { other: `${SOURCE}1` }], ['a card number', { source: PAN }],
    ['a card number as the line', { source: `${SOURCE}${PAN}` }], ['more behind it', { source: `${SOURCE}1 ${PAN}` }],
  ])('of a conflict with %s the source is not told, nor kept in the ledger', async (_, headers) => {
    const rig = await Rig.folded(1);
    await rig.engine.publish('card-transactions', 0, [{ ...rig.payment(0, { amount: 999 }), ...(headers && { headers }) }]);
    await rig.engine.drain();
    expect(await quarantinedOf(rig.engine.context)).toMatchObject([{ reason: 'conflict', offset: 1, source: null }]);
    expect((await rig.records('citizen-ledger')).filter(({ value }) => value!.includes(PAN))).toEqual([]);
  });

  test('of conflicts side by side each tells its own line', async () => {
    const rig = await withConflicts(700);
    expect((await quarantinedOf(rig.engine.context)).sort((a, b) => a.offset - b.offset).map(({ source }) => source))
      .toEqual(Array.from({ length: 700 }, (_, i) => lineOf(i)));
  });
});

describe('folded again', () => {
  /** What a store that knows nothing makes of the ledger; nothing else can be read. */
  async function foldedAgain({ engine: { context } }: Rig, records: readonly LogRecord[], append?: (appends: readonly Append[]) => void): Promise<{
    told: OutgoingRecord[]; citizens: MemoryCitizenTotals; accrue: Accrue;
  }> {
    const citizens = new MemoryCitizenTotals({ shards: 1 });
    const told: OutgoingRecord[] = [];
    const unreadable = () => { throw new LogError('unauthorised', 'planted'); };
    const accrue = new Accrue({
      ...context, citizens, reader: { watermarks: unreadable, range: unreadable },
      producer: {
        append: async (appends) => {
          append?.(appends);
          told.push(...appends.flatMap((one) => (one.topic === 'quarantine' ? one.records : [])));
          return [];
        },
      },
    });
    await accrue.claim(0);
    await accrue.process(0, 0, records, () => Promise.resolve());
    return { told, citizens, accrue };
  }

  /** The ledger as another program would have written it. */
  async function changed(rig: Rig, change: (record: LedgerRecord) => Partial<LedgerRecord>): Promise<LogRecord[]> {
    const { ledger } = rig.engine.context.serdes;
    return (await rig.records('citizen-ledger')).map((record) => {
      const value = ledger.decode(record.value);
      return { ...record, value: ledger.encode({ ...value, ...change(value) }) };
    });
  }

  test('the ledger alone says of each conflict what was said at first, to the byte', async () => {
    const rig = await withConflicts(3);
    const first = (await rig.records('quarantine')).map(({ key, value }) => ({ key, value }));
    expect(first).toHaveLength(3);
    expect((await foldedAgain(rig, await rig.records('citizen-ledger'))).told).toMatchObject(first);
  });

  test('a ledger written before there were lines is folded as ever; of its conflicts no source is told', async () => {
    const rig = await withConflicts(2);
    const { told, citizens } = await foldedAgain(rig, await changed(rig, () => ({ origins: [], lines: Buffer.alloc(0) })));
    const { quarantined } = rig.engine.context.serdes;
    expect(toldOf(told.map(({ value }) => quarantined.decode(value)))).toEqual([1, 2].map((offset) => ({ offset, reason: 'conflict', source: null, schemaId: null })));
    expect((await citizens.counts(0)).outcomes).toMatchObject({ applied: 1, conflict: 2 });
  });

  test.each<[string, (record: LedgerRecord) => Partial<LedgerRecord>]>([
    ['lines for fewer entries', ({ lines }) => ({ lines: lines.subarray(1) })],
    ['a line of an origin not named', () => ({ origins: [] })],
    ['a card number for a file', ({ origins }) => ({ origins: origins.map((origin) => ({ ...origin, file: PAN })) })],
  ])('a ledger record with %s stops the shard before anything is folded', async (_, change) => {
    const rig = await withConflicts(1);
    const folding = foldedAgain(rig, await changed(rig, change));
    await expect(folding).rejects.toMatchObject({ code: 'bad-ledger', message: expect.not.stringContaining(PAN) as string });
    await foldedAgain(rig, await changed(rig, () => ({}))); // the control
  });

  test('while the brokers are away nothing is forgotten', async () => {
    const rig = await withConflicts(2);
    const records = await rig.records('citizen-ledger');
    let away = true;
    const { told, citizens, accrue } = await foldedAgain(rig, records.slice(0, 1), () => { if (away) throw new LogError('unavailable', 'planted'); });
    await expect(accrue.process(0, records[1]!.offset, records.slice(1), () => Promise.resolve())).rejects.toMatchObject({ code: 'unavailable' });
    expect(await citizens.outbox(0, 10)).toHaveLength(2);
    away = false;
    await accrue.punctuate(0, records.at(-1)!.offset + 1);
    expect(told).toHaveLength(2);
    expect(await citizens.outbox(0, 10)).toEqual([]);
  });
});
