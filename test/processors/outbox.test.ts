/**
 * What quarantine says of a record beside its place: the header and the schema's id, of a conflict's record too, which
 * is read back.
 */
import { describe, expect, test } from 'vitest';
import { Outbox } from '../../processors/outbox.ts';
import type { SideOutput } from '../../ports/citizen-totals.ts';
import { LogError, type LogReader } from '../../ports/log.ts';
import { quarantinedOf } from '../../reports/rows.ts';
import type { Quarantined } from '../../schemas/generated/types.ts';
import { PAID_MS, Rig } from './rig.ts';

const SOURCE = `${'ab12'.repeat(16)}:`;
const PAN = '4023600000000000';

describe('through the pipeline', () => {
  test('every refusal of a transaction tells the header and the schema of its record', async () => {
    const rig = await Rig.folded(1);
    await rig.engine.publish('card-transactions', 0, [
      { amount: 999 }, { acquirerCode: PAN }, { currency: '840' }, { trxDate: PAID_MS + 3_600_000 },
    ].map((changes, i) => ({ ...rig.payment(0, changes), headers: { source: `${SOURCE}${i + 1}` } })));
    await rig.engine.drain();
    const { schemaId } = rig.engine.context.serdes.transaction;
    const told = (await quarantinedOf(rig.engine.context)).map(({ offset, reason, source, schemaId }) => ({ offset, reason, source, schemaId }));
    expect(told.sort((a, b) => a.offset - b.offset)).toEqual(['conflict', 'malformed', 'currency', 'future'].map((reason, i) => (
      { offset: i + 1, reason, source: `${SOURCE}${i + 1}`, schemaId })));
  });

  test.each([
    ['no header', undefined], ['another header', { other: `${SOURCE}1` }], ['a card number', { source: PAN }],
    ['a card number as the line', { source: `${SOURCE}${PAN}` }], ['more behind it', { source: `${SOURCE}1 ${PAN}` }],
  ])('of a conflict with %s the source is not told', async (_, headers) => {
    const rig = await Rig.folded(1);
    await rig.engine.publish('card-transactions', 0, [{ ...rig.payment(0, { amount: 999 }), ...(headers && { headers }) }]);
    await rig.engine.drain();
    expect(await quarantinedOf(rig.engine.context)).toMatchObject([{ reason: 'conflict', offset: 1, source: null }]);
  });
});

describe('an outbox over a log', () => {
  /** Card transactions in two partitions; those at the given offsets of each are in conflict. */
  async function drained(
    offsets: readonly number[], before: (rig: Rig) => void = () => undefined, meddle: Partial<LogReader> = {},
  ): Promise<{ told: Quarantined[]; reads: number; trimmed: number }> {
    const rig = await Rig.open({ partitions: { 'card-transactions': 2, receipts: 2 } });
    const { log, context } = rig.engine;
    for (const partition of [0, 1]) {
      await log.producer.append([{ topic: 'card-transactions', partition, records: Array.from({ length: 20_000 }, (_, i) => (
        { key: null, value: null, timestampMs: i, headers: { source: `${SOURCE}${partition}${i}` } })) }]);
    }
    before(rig);
    let outputs: SideOutput[] = [0, 1].flatMap((sourcePartition) => offsets.map((sourceOffset) => (
      { serial: 0, output: { kind: 'conflict' as const, sourcePartition, sourceOffset, arrivalMs: sourceOffset } })));
    outputs = outputs.map((output, i) => ({ ...output, serial: i + 1 }));
    let reads = 0;
    let trimmed = 0;
    const outbox = new Outbox({
      ...context,
      reader: { watermarks: (topic) => log.reader.watermarks(topic), range: (...range) => { reads++; return log.reader.range(...range); }, ...meddle },
      citizens: {
        ...context.citizens,
        outbox: async (_: number, max: number) => outputs.slice(0, max),
        trimOutbox: async (_: number, serial: number) => { trimmed = serial; outputs = outputs.filter((output) => output.serial > serial); },
      },
    });
    await outbox.drain(0).catch((error: unknown) => { if (!(error instanceof LogError)) throw error; });
    return { told: await quarantinedOf(context), reads, trimmed };
  }
  const sourcesOf = (told: readonly Quarantined[]): Record<string, string | null> =>
    Object.fromEntries(told.map(({ partition, offset, source }) => [`${partition}/${offset}`, source]));

  test('many are read in few goes, each partition\'s for itself, and repeats say the same', async () => {
    const offsets = [...Array.from({ length: 400 }, (_, i) => 7 * i), 19_999, 5];
    const { told, reads } = await drained(offsets);
    expect(sourcesOf(told)).toEqual(Object.fromEntries([0, 1].flatMap((partition) => offsets.map((offset) => [`${partition}/${offset}`, `${SOURCE}${partition}${offset}`]))));
    // Two outbox pages; in each partition of each what stands together, and the last.
    expect(reads).toBeLessThanOrEqual(6);
    expect((await drained(offsets)).told).toEqual(told);
  });

  test('what is not retained has none, and takes it from nobody else', async () => {
    const { told } = await drained([10, 11], (rig) => { rig.engine.log.deleteRecords('card-transactions', 1, 11); });
    expect(sourcesOf(told)).toEqual({ '0/10': `${SOURCE}010`, '0/11': `${SOURCE}011`, '1/10': null, '1/11': `${SOURCE}111` });
  });

  test('a record of another time at its place is another record', async () => {
    const { told } = await drained([19_990], (rig) => {
      rig.engine.log.truncate('card-transactions', 0, 19_990);
      void rig.engine.log.producer.append([{ topic: 'card-transactions', partition: 0, records: [{ key: null, value: null, timestampMs: 5, headers: { source: `${SOURCE}9` } }] }]);
    });
    expect(sourcesOf(told)).toEqual({ '0/19990': null, '1/19990': `${SOURCE}119990` });
  });

  test('beyond the end, or where nobody lets us read, there is none; the rest is sent', async () => {
    expect(sourcesOf((await drained([20_000])).told)).toEqual({ '0/20000': null, '1/20000': null });
    const refused = { range: () => { throw new LogError('unauthorised', 'planted'); } };
    expect(await drained([1], undefined, refused)).toMatchObject({ told: [{ source: null }, { source: null }], trimmed: 2 });
  });

  test('while the brokers are away nothing is sent and nothing forgotten', async () => {
    const away = { range: () => { throw new LogError('unavailable', 'planted'); } };
    expect(await drained([1], undefined, away)).toMatchObject({ told: [], trimmed: 0 });
  });
});
