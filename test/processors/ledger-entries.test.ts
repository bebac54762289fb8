/**
 * Ledger entries as qualify packs them: hashes stand for the texts that the rules compare, and what is written is what
 * accrue reads.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decisions } from '../../processors/decisions.ts';
import { ENTRIES_MAX, ENTRY, ENTRY_BYTES, faultOfLines, NO_PERIOD, originOf, RECORD, recordAt } from '../../processors/ledger-entry.ts';
import { contentOf, identityOf, linkOf } from '../../programme/identity.ts';
import { deadlinesPassedAt } from '../../programme/programme.ts';
import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';
import { CardTransactionReader, OK } from '../../schemas/card-transaction-reader.ts';
import { CardTransactionSource } from '../../schemas/card-transaction-source.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { Serde } from '../../schemas/serde.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { PROGRAMME } from '../programme/examples.ts';
import { frame } from '../schemas/samples.ts';

const serde = await Serde.open(new EmbeddedRegistry(), 'card-transactions-value', 'CardTransaction');
const source = new CardTransactionSource(serde);

/** Texts that run into one another when nothing stands between them. */
const word = fc.constantFrom('a', 'b', 'aa', 'ab', 'ba', 'aab', '0', '00', '1', 'x'.repeat(255));
const card = fc.constantFrom('00', '61', 'ff').chain((first) => fc.constantFrom('00', '61').map((rest) => Buffer.from(first + rest.repeat(31), 'hex')));
const transaction: fc.Arbitrary<CardTransaction> = fc.record({
  acquirerCode: fc.constantFrom('aaaaa', 'aaaab', '00000'),
  operationType: fc.constantFrom('PAYMENT', 'REVERSAL'),
  circuitType: fc.constantFrom('00', '10'),
  hashPan: card,
  trxDate: fc.constantFrom(0, 1, 1_600_000_000_000, 1_600_000_000_001),
  idTrxAcquirer: word,
  correlationId: fc.option(fc.oneof(word, fc.constant('')), { freq: 2 }),
  amount: fc.constantFrom(0, 1, 256, 99_999_999_999),
  currency: fc.constant('978'),
  acquirerId: word,
  merchantId: word,
  terminalId: word,
  mcc: word.map((text) => text.slice(0, 5)),
  posType: fc.constantFrom('PHYSICAL', 'VIRTUAL'),
});
const FIELDS = ['acquirerId', 'idTrxAcquirer', 'correlationId', 'merchantId', 'terminalId', 'hashPan', 'amount', 'trxDate', 'operationType', 'mcc'] as const;
/** Two that differ in few fields. */
const similar = fc.tuple(transaction, transaction, fc.subarray([...FIELDS]))
  .map(([a, b, fields]): [CardTransaction, CardTransaction] => [a, { ...a, ...Object.fromEntries(fields.map((field) => [field, b[field]])) }]);
const NEIGHBOURS = [['acquirerId', 'idTrxAcquirer'], ['correlationId', 'merchantId'], ['merchantId', 'terminalId'], ['acquirerId', 'merchantId'], ['acquirerId', 'correlationId']] as const;
/** Two in which a text goes over from one field to the next at another place. */
const shifted = fc.tuple(transaction, fc.constantFrom(...NEIGHBOURS), fc.constantFrom('aab', 'abab', '0000'), fc.nat({ max: 2 }), fc.nat({ max: 2 }))
  .map(([trx, [left, right], text, i, j]): [CardTransaction, CardTransaction] => {
    const cut = (at: number) => ({ ...trx, [left]: text.slice(0, at + 1), [right]: text.slice(at + 1) || 'z' });
    return [cut(i), cut(j)];
  });
const pair = fc.oneof(similar, shifted);

describe('hashes are equal exactly where the texts are', () => {
  const compare = (at: keyof typeof RECORD, bytes: number, textOf: (trx: CardTransaction) => string) => {
    fc.assert(fc.property(pair, ([a, b]) => {
      const [entryA, entryB] = [packed(a), packed(b)].map((entry) => entry.subarray(ENTRY.record + RECORD[at], ENTRY.record + RECORD[at] + bytes));
      expect(entryA!.equals(entryB!)).toBe(textOf(a) === textOf(b));
    }), { numRuns: 3000 });
  };
  // No correlationId and an empty one are the same (contract, section 5).
  const plain = (trx: CardTransaction) => ({ ...trx, correlationId: trx.correlationId === '' ? null : trx.correlationId });

  test('id: the identity', () => { compare('id', 8, (trx) => identityOf(plain(trx))); });
  test('check: the content', () => { compare('check', 4, (trx) => contentOf(plain(trx))); });
  test('link: what a reversal and its payment have in common', () => { compare('link', 8, (trx) => linkOf(plain(trx))); });

  test('control: without separators some would be equal that are not', () => {
    const joined = (trx: CardTransaction) => identityOf(trx).replaceAll(';', '');
    const pairs = fc.sample(pair, { seed: 1, numRuns: 3000 });
    expect(pairs.some(([a, b]) => joined(a) === joined(b) && identityOf(a) !== identityOf(b))).toBe(true);
    expect(pairs.some(([a, b]) => a.idTrxAcquirer !== b.idTrxAcquirer && identityOf(a) !== identityOf(b))).toBe(true);
    expect(pairs.some(([a, b]) => contentOf(a) === contentOf(b) && identityOf(a) !== identityOf(b))).toBe(true);
  });
});

test('what is packed is what is read', () => {
  fc.assert(fc.property(transaction, fc.boolean(), fc.constantFrom(-1, 0, 1, 2), (trx, counts, edge) => {
    const arrivalMs = PROGRAMME.byDeadline[Math.max(edge, 0) % 2]!.deadlineMs + (edge < 0 ? -1 : 0);
    const period = trx.operationType === 'PAYMENT' ? PROGRAMME.periods[1]! : null;
    const entry = packed(trx, { counts, arrivalMs, offset: 5_000_000_007, firstOffset: 5_000_000_000, period });
    expect(recordAt(entry, ENTRY.record)).toMatchObject({
      reversal: trx.operationType === 'REVERSAL', correlated: trx.correlationId !== null && trx.correlationId !== '',
      timeMs: trx.trxDate, amountCents: trx.amount, deadlinesPassed: deadlinesPassedAt(PROGRAMME, arrivalMs),
    });
    expect(entry.readUInt16BE(ENTRY.citizen)).toBe(0);
    expect(entry[ENTRY.period]).toBe(period === null ? NO_PERIOD : 0);
    expect(entry[ENTRY.counts]).toBe(counts ? 1 : 0);
    expect(entry.readUInt32BE(ENTRY.delta)).toBe(7);
    expect(entry.readDoubleBE(ENTRY.arrival)).toBe(arrivalMs);
  }));
});

test('a batch becomes records by shard, of so many entries at most, in the order of the decisions', () => {
  const shards = 3;
  const decisions = new Decisions(PROGRAMME, shards, 4, 100);
  const [trx] = fc.sample(transaction, { seed: 1, numRuns: 1 });
  const value = serde.encode(trx!);
  const reader = readerOn(trx!);
  const citizens = Array.from({ length: 5 }, (_, i) => `citizen-${i}`);
  const count = ENTRIES_MAX * 5;
  for (let i = 0; i < count; i++) decisions.add(reader, { offset: 100 + i, timestampMs: i, key: null, value, headers: null }, citizens[i % 5]!, PROGRAMME.periods[i % 2]!, true);
  const entries = decisions.finish().flatMap(({ shard, record }) => {
    expect(record).toMatchObject({ sourcePartition: 4, firstOffset: 100, rules: PROGRAMME.rulesHash, closes: null });
    expect(record.entries.length).toBeLessThanOrEqual(ENTRIES_MAX * ENTRY_BYTES);
    return Array.from({ length: record.entries.length / ENTRY_BYTES }, (_, n) => {
      const at = n * ENTRY_BYTES;
      const citizenId = record.citizens[record.entries.readUInt16BE(at + ENTRY.citizen)]!;
      expect(partitionOf(Buffer.from(citizenId), shards)).toBe(shard);
      return { shard, citizenId, period: record.periods[record.entries[at + ENTRY.period]!]!.id, i: record.entries.readUInt32BE(at + ENTRY.delta) };
    });
  });
  expect(entries).toHaveLength(count);
  for (const ofShard of Map.groupBy(entries, ({ shard }) => shard).values()) {
    expect(ofShard.map(({ i }) => i)).toEqual(ofShard.map(({ i }) => i).toSorted((a, b) => a - b));
  }
  for (const { citizenId, period, i } of entries) expect([citizenId, period]).toEqual([citizens[i % 5], PROGRAMME.periods[i % 2]!.id]);
});

test('beside each entry stands the file, line and schema of its own record, in every piece', () => {
  const FILES = ['ab12'.repeat(16), '00ff'.repeat(16)];
  const [trx] = fc.sample(transaction, { seed: 1, numRuns: 1 });
  const reader = readerOn(trx!);
  const header = fc.oneof(
    fc.tuple(fc.constantFrom(...FILES), fc.constantFrom(1, 65_536, 99_999_999_999)).map(([file, line]) => `${file}:${line}`),
    fc.constantFrom(undefined, 'ab12', `${FILES[0]}:`, `${FILES[0]}:123456789012`, `${FILES[0]!.toUpperCase()}:1`, `${FILES[0]}:1 `, `x${FILES[0]}:1`),
  );
  const origin = fc.record({ source: header, schemaId: fc.constantFrom(1, 2 ** 31 - 1) });
  fc.assert(fc.property(fc.array(fc.tuple(origin, fc.integer({ min: 1, max: 200 })), { maxLength: 8 }), (runs) => {
    const told = runs.flatMap(([{ source, schemaId }, count]) => Array<{ source: string | undefined; schemaId: number }>(count).fill({ source, schemaId }));
    const decisions = new Decisions(PROGRAMME, 1, 0, 0);
    told.forEach(({ source, schemaId }, i) => {
      const value = frame(schemaId, Buffer.alloc(0));
      const headers = source === undefined ? null : { source };
      decisions.add(reader, { offset: i, timestampMs: 0, key: null, value, headers }, 'citizen', null, true);
    });
    const records = decisions.finish().map(({ record }) => record);
    for (const { origins } of records) expect(new Set(origins.map((one) => JSON.stringify(one))).size).toBe(origins.length);
    expect(records.map(faultOfLines)).toEqual(records.map(() => null));
    expect(records.flatMap((record) => Array.from({ length: record.entries.length / ENTRY_BYTES }, (_, i) => originOf(record, i))))
      .toEqual(told.map(({ source, schemaId }) => ({ schemaId, source: source !== undefined && /^[0-9a-f]{64}:\d{1,11}$/.test(source) ? source : null })));
  }), { numRuns: 100 });
});

interface Place {
  readonly counts: boolean;
  readonly arrivalMs: number;
  readonly offset: number;
  readonly firstOffset: number;
  readonly period: (typeof PROGRAMME.periods)[number] | null;
}

const ANYWHERE: Place = { counts: true, arrivalMs: 0, offset: 0, firstOffset: 0, period: null };

/** The one entry of a decision for the transaction. */
function packed(trx: CardTransaction, { counts, arrivalMs, offset, firstOffset, period }: Place = ANYWHERE): Buffer {
  const decisions = new Decisions(PROGRAMME, 1, 0, firstOffset);
  const record = { offset, timestampMs: arrivalMs, key: null, value: serde.encode(trx), headers: null };
  decisions.add(readerOn(trx), record, 'citizen', period, counts);
  return Buffer.from(decisions.finish()[0]!.record.entries);
}

function readerOn(trx: CardTransaction): CardTransactionReader {
  const reader = new CardTransactionReader();
  const { bytes, start, end } = source.body(serde.encode(trx));
  expect(reader.read(bytes, start, end)).toBe(OK);
  return reader;
}
