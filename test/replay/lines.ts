/** The lines of a small world: few values, so that everything collides, and all that can be wrong with them. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';

/** A moment, told by what it is near to. */
export interface Near {
  readonly to: 'edges' | 'inside' | 'deadlines';
  /** The how-manieth of them, counted around. */
  readonly nth: number;
  readonly offMs: number;
}

const HOUR_MS = 3_600_000;
const nth = fc.nat({ max: 1000 });
/** Anywhere where something changes. */
export const atEdge: fc.Arbitrary<Near> = fc.record({
  to: fc.constant('edges'),
  nth,
  offMs: fc.constantFrom(0, 0, 0, -1, 1, -1000, 1000, 12 * HOUR_MS, -HOUR_MS, 5 * HOUR_MS, 600_000, 600_001, -600_000, -600_001),
});
const atDeadline: fc.Arbitrary<Near> = fc.record({
  to: fc.constant('deadlines'), nth, offMs: fc.constantFrom(0, 0, -1000, 1000, -HOUR_MS, -24 * HOUR_MS, 48 * HOUR_MS),
});
/** When something is paid: most often in a period. */
const paid: fc.Arbitrary<Near> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ to: fc.constant('inside'), nth, offMs: fc.constantFrom(0, 0, 0, 1, 1000, 600_000, 600_001) }) },
  { weight: 1, arbitrary: atEdge },
  { weight: 1, arbitrary: atDeadline },
);
/** When a file arrives. */
export const arriving: fc.Arbitrary<Near> = fc.oneof({ weight: 3, arbitrary: atDeadline }, { weight: 1, arbitrary: paid });

export const CARDS = ['a1', 'b2', 'c3'].map((text) => text.repeat(32));
export const CITIZENS = ['b', 'B', 'a.1'];

/** 19 columns by name, of which `trxDate` is still to be written. */
export interface Row {
  readonly trxDate: Near;
  readonly columns: Readonly<Record<string, string>>;
}

const text = fc.constantFrom;
const AMOUNTS = ['0', '1', '5', '15', '16', '100', '150', '155', '1500', '4000', '15005', '99999999999'];

const row: fc.Arbitrary<Row> = fc.record({
  trxDate: paid,
  columns: fc.record({
    acquirerCode: text(...many('36081', 9), 'AB12z'), operationType: text(...many('00', 9), '01'), circuitType: text('00', '10'),
    hashPan: text(...CARDS), idTrxAcquirer: text('1', '2', '3', '4', '5', '6', '7', '8'), idTrxIssuer: text('9'),
    correlationId: text('', '', 'X', 'Y'), amount: text(...AMOUNTS), currency: text(...many('978', 30), '840'),
    acquirerId: text(...many('09509', 9), '1'), merchantId: text(...many('m', 5), 'n'), terminalId: text(...many('t', 9), 'u'),
    bin: text('402360', '40236010'), mcc: text('4900', '1'), fiscalCode: text('', 'città'), vat: text('', '😀'),
    posType: text(...many('00', 12), '01'), par: text('', 'par'),
  }),
});

/** What may be done to a line that is there already. */
export interface Echo {
  readonly of: number;
  readonly changes: Readonly<Record<string, string>>;
  /** null = the date of the other. */
  readonly trxDate: Near | null;
}

/** A reversal of the payment, or nearly so. */
const reversal: fc.Arbitrary<Echo> = fc.record({
  of: nth,
  trxDate: fc.option(fc.oneof(paid, atDeadline), { freq: 3 }),
  changes: fc.oneof(
    { weight: 3, arbitrary: fc.record({ operationType: text('01'), idTrxAcquirer: text('1', '2', '3', 'r') }) },
    {
      weight: 2,
      arbitrary: fc.record({
        operationType: text('01'), idTrxAcquirer: text('1', '2', 'r', 's'), amount: text(...AMOUNTS), correlationId: text('X', 'Y', 'Y', ''),
      }),
    },
    { weight: 1, arbitrary: fc.record({ operationType: text('01'), posType: text('01'), idTrxAcquirer: text('r', 's') }) },
  ),
});

/** The same again: word for word, in other words, or with another content. */
const repetition: fc.Arbitrary<Echo> = fc.record({
  of: nth,
  trxDate: fc.constant(null),
  changes: fc.oneof(
    fc.constant({}),
    fc.record({ mcc: text('5411'), circuitType: text('07'), idTrxIssuer: text('8'), vat: text('other') }),
    fc.record({ hashPan: text(...CARDS.map((card) => card.toUpperCase())) }),
    fc.record({ amount: text('00015', '7') }),
    fc.record({ hashPan: text(...CARDS) }),
    fc.record({ correlationId: text('X', '') }),
    fc.record({ merchantId: text('n') }),
  ),
});

/** Another payment like it, that a reversal might take in its place. */
const twin: fc.Arbitrary<Echo> = fc.record({
  of: nth,
  trxDate: fc.option(paid, { freq: 2 }),
  changes: fc.oneof(
    fc.record({ idTrxAcquirer: text('20', '21', '22', '23') }),
    fc.record({ idTrxAcquirer: text('20', '21', '22', '23'), amount: text(...AMOUNTS) }),
    fc.record({ idTrxAcquirer: text('20', '21', '22', '23'), hashPan: text(...CARDS) }),
  ),
});

const malformed: fc.Arbitrary<Echo> = fc.record({
  of: nth,
  trxDate: fc.constant(null),
  changes: fc.oneof(
    fc.constantFrom<Record<string, string>[]>(
      { acquirerCode: '3608' }, { operationType: '02' }, { circuitType: '1' }, { hashPan: '4929000000000006' },
      { trxDate: '2021-02-30T12:00:00Z' }, { trxDate: '2021-03-28T12:00:00' }, { idTrxAcquirer: '' }, { idTrxIssuer: '-' },
      { correlationId: '#' }, { amount: '-1' }, { amount: '123456789012' }, { currency: 'EUR' }, { acquirerId: ' ' },
      { merchantId: '' }, { terminalId: 'à' }, { bin: '4023601' }, { mcc: '' }, { fiscalCode: 'x'.repeat(256) },
      { vat: '😀'.repeat(256) }, { posType: '1' }, { par: 'a;b' }, { amount: 'x', bin: 'x' },
    ),
  ),
});

/** A spoilt line is an echo of which there is none. */
export type Line = { readonly kind: 'row'; readonly row: Row } | { readonly kind: 'echo' | 'spoilt'; readonly echo: Echo };

export const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 8, arbitrary: row.map((row): Line => ({ kind: 'row', row })) },
  { weight: 6, arbitrary: reversal.map((echo): Line => ({ kind: 'echo', echo })) },
  { weight: 5, arbitrary: twin.map((echo): Line => ({ kind: 'echo', echo })) },
  { weight: 3, arbitrary: repetition.map((echo): Line => ({ kind: 'echo', echo })) },
  { weight: 1, arbitrary: malformed.map((echo): Line => ({ kind: 'spoilt', echo })) },
);

export interface Event {
  readonly card: string;
  readonly citizenId: string;
  /** A move is a removal by whoever has the card, and an enrolment for the citizen. */
  readonly event: 'ENROLLED' | 'REMOVED' | 'MOVE';
  readonly at: Near;
  /** Of the enrolment in a move. */
  readonly then: Near;
}

const happening = fc.oneof(atEdge, paid);
export const event: fc.Arbitrary<Event> = fc.record({
  card: text(...CARDS, ...CARDS, CARDS[0]!.toUpperCase(), 'xx'),
  citizenId: text(...many(CITIZENS, 5).flat(), 'è'),
  event: text('MOVE', 'MOVE', 'MOVE', 'ENROLLED', 'REMOVED'),
  at: happening,
  then: happening,
});

/** The ways in which the contract lets an instant be written. */
export function writeInstant(ms: number, style: number): string {
  const offset = ['Z', '+00:00', '+05:30', '-0300', '+2359'][style % 5]!;
  const shown = Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(offset === 'Z' ? 'UTC' : offset)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: ms % 1000 === 0 && style % 2 === 0 ? 0 : 3 });
  return shown + offset;
}

export function many<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}
