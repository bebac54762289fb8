/** Whole worlds for `replay` and its oracle: a scene, lines, and the files that they stand in. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { FeedFile, World } from '../oracle/world.ts';
import { arriving, atEdge, CARDS, CITIZENS, event, line, many, writeInstant, type Echo, type Event, type Near, type Row } from './lines.ts';
import { scene, type Scene } from './programmes.ts';

const COLUMNS = [
  'acquirerCode', 'operationType', 'circuitType', 'hashPan', 'trxDate', 'idTrxAcquirer', 'idTrxIssuer', 'correlationId', 'amount',
  'currency', 'acquirerId', 'merchantId', 'terminalId', 'bin', 'mcc', 'fiscalCode', 'vat', 'posType', 'par',
];

interface Wrapping {
  readonly ending: '\n' | '\r\n';
  readonly lastEnding: boolean;
  readonly opening: 'none' | 'good' | 'wrong';
}

interface Feed extends Wrapping {
  /** null = a name that says nothing; otherwise one of the standard, with this arrival. */
  readonly arrival: Near | null;
  readonly name: string;
  readonly packed: boolean;
}

const wrapping = {
  ending: fc.constantFrom<('\n' | '\r\n')[]>('\n', '\r\n'),
  lastEnding: fc.constantFrom(true, true, false),
  opening: fc.constantFrom<Wrapping['opening'][]>(...many<Wrapping['opening']>('none', 8), 'good', 'good', 'wrong'),
};
const feed: fc.Arbitrary<Feed> = fc.record({
  ...wrapping,
  arrival: fc.option(arriving, { freq: 2 }),
  name: fc.constantFrom('a.csv', 'B.csv', 'é.csv', 'a,"b".csv', '\uffee.csv', '😀.csv'),
  packed: fc.constantFrom(false, false, true),
});

/** Everything a world is made of, so that shrinking leaves its parts alone. */
const parts = fc.record({
  scene,
  events: fc.array(event, { maxLength: 8, size: 'max' }),
  enrolmentFiles: fc.array(fc.record(wrapping), { minLength: 1, maxLength: 2 }),
  feeds: fc.array(feed, { minLength: 1, maxLength: 4, size: 'max' }),
  lines: fc.array(fc.record({ line, feed: fc.nat({ max: 1000 }), style: fc.nat({ max: 9 }) }), { maxLength: 60, size: 'max' }),
  asOf: fc.option(fc.oneof(atEdge, arriving), { freq: 2 }),
});

export type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

export const world: fc.Arbitrary<World> = parts.map(build);

export function build({ scene, events, enrolmentFiles, feeds, lines, asOf }: Parts): World {
  const transactions = written(scene, lines);
  const history = enrolmentLines(events, scene);
  return {
    programme: scene.programme,
    enrolments: enrolmentFiles.map((file, i) => ({
      name: `e${i}.csv`,
      text: wrap(file.opening === 'wrong' ? 'hashPan,citizenId,at,event' : 'hashPan,citizenId,event,at',
        history.slice((i * history.length) / enrolmentFiles.length, ((i + 1) * history.length) / enrolmentFiles.length), file),
    })),
    transactions: feeds.map((feed, i): FeedFile => {
      const own = transactions.filter((_, at) => lines[at]!.feed % feeds.length === i);
      const body = wrap(null, own, feed);
      return { name: nameOf(feed, scene), text: feed.opening === 'none' ? body : withChecksum(body, feed) };
    }),
    asOf: asOf === null ? '2099-01-01T00:00:00Z' : writeInstant(momentOf(asOf, scene), 0),
  };
}

/** Every card begins enrolled, so that most payments count; what follows may move it. */
function enrolmentLines(events: readonly Event[], scene: Scene): string[] {
  const startMs = scene.edges[0]! - 5 * 86_400_000;
  const holders = new Map(CARDS.map((card, i) => [card, CITIZENS[i >> 1]!]));
  const line = (card: string, citizenId: string, event: string, ms: number) =>
    [card, citizenId, event, writeInstant(ms, card.length)].join(',');
  const first = [...holders].map(([card, citizenId]) => line(card, citizenId, 'ENROLLED', startMs));
  return [...first, ...events.flatMap(({ card, citizenId, event, at, then }) => {
    if (event !== 'MOVE') return [line(card, citizenId, event, momentOf(at, scene))];
    const holder = holders.get(card) ?? 'nobody';
    holders.set(card, citizenId);
    return [line(card, holder, 'REMOVED', momentOf(at, scene)), line(card, citizenId, 'ENROLLED', momentOf(then, scene))];
  })];
}

/** Rows as text; an echo is of one of the good lines before it. */
function written(scene: Scene, lines: Parts['lines']): string[] {
  const rows: Row[] = [];
  return lines.map(({ line, style }) => {
    const row = line.kind === 'row' ? line.row : echoed(line.echo, rows);
    if (row === null) return '';
    if (line.kind !== 'spoilt') rows.push(row);
    const columns: Record<string, string> = { trxDate: writeInstant(momentOf(row.trxDate, scene), style), ...row.columns };
    return COLUMNS.map((column) => columns[column]!).join(';');
  });
}

function echoed({ of, trxDate, changes }: Echo, rows: readonly Row[]): Row | null {
  const other = rows[of % rows.length];
  return other === undefined ? null : { trxDate: trxDate ?? other.trxDate, columns: { ...other.columns, ...changes } };
}

function momentOf({ to, nth, offMs }: Near, scene: Scene): number {
  return scene[to][nth % scene[to].length]! + offMs;
}

function nameOf({ arrival, name, packed }: Feed, scene: Scene): string {
  if (arrival === null) return packed ? `${name}.gz` : name;
  const wall = Temporal.Instant.fromEpochMilliseconds(momentOf(arrival, scene)).toZonedDateTimeISO(scene.programme.timeZone);
  const [day, time] = wall.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '').split('T');
  return `CSTAR.${name < 'b' ? '36081' : 'AB12z'}.TRNLOG.${day}.${time}.00${name.length % 2}.csv${packed ? '.gz' : ''}`;
}

function wrap(header: string | null, lines: readonly string[], { ending, lastEnding }: Wrapping): string {
  const all = header === null ? lines : [header, ...lines];
  return all.map((line) => line + ending).join('').slice(0, lastEnding ? undefined : -1);
}

function withChecksum(body: string, { opening, ending }: Wrapping): string {
  const sum = createHash('sha256').update(opening === 'good' ? body : `${body}!`).digest('hex');
  return `#sha256sum:${sum}${ending}${body}`;
}
