/** Whatever is appended, requests stay within the limits, and no partition's order changes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PIECE_BYTES_MAX, PIECE_RECORDS_MAX, piecesOf, REQUEST_BYTES_MAX, takeRequest } from '../../../log/kafka/send-queue.ts';
import type { Piece, Waiting } from '../../../log/kafka/send-queue.ts';
import type { Append, OutgoingRecord } from '../../../ports/log.ts';

const records = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 2_300 }), fc.constant(10)),
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 400_000 })),
  fc.tuple(fc.constant(1), fc.constant(1_500_000)),
).map(([count, bytes]) => {
  const value = Buffer.alloc(bytes);
  return Array.from({ length: count }, (): OutgoingRecord => ({ key: null, value }));
});
const append: fc.Arbitrary<Append> = fc.record({ topic: fc.constantFrom('a', 'b'), partition: fc.integer({ min: 0, max: 2 }), records });
const calls = fc.array(fc.array(append, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

const nobody = (): Waiting => ({ appended: [], piecesLeft: 0, resolve: () => undefined, reject: () => undefined });
const placeOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;

/** All requests, in order. */
function requestsOf(queue: Piece[], merge: boolean): Piece[][] {
  const requests: Piece[][] = [];
  while (queue.length > 0) {
    requests.push(takeRequest(queue, merge));
    expect(requests.at(-1)!.length).toBeGreaterThan(0);
  }
  return requests;
}

function byPlace<T>(items: readonly T[], place: (item: T) => string, recordsOf: (item: T) => readonly OutgoingRecord[]): Map<string, OutgoingRecord[]> {
  const places = new Map<string, OutgoingRecord[]>();
  for (const item of items) places.set(place(item), [...places.get(place(item)) ?? [], ...recordsOf(item)]);
  return places;
}

test('every record is sent once, in the order of its partition', () => {
  fc.assert(fc.property(calls, fc.boolean(), (given, merge) => {
    const queue = given.flatMap((appends) => piecesOf(appends, nobody()));
    const sent = requestsOf(queue, merge).flat();
    const wanted = byPlace(given.flat(), placeOf, (item) => item.records);
    const found = byPlace(sent, placeOf, (item) => item.records);
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [place, list] of wanted) expect(found.get(place)!.every((record, i) => record === list[i]) && found.get(place)!.length === list.length).toBe(true);
  }), { numRuns: 60 });
});

test('a request stays within the limits, unless one record alone is beyond them', () => {
  fc.assert(fc.property(calls, (given) => {
    for (const request of requestsOf(given.flatMap((appends) => piecesOf(appends, nobody())), true)) {
      const loads = new Map<string, { records: number; bytes: number }>();
      for (const piece of request) {
        const load = loads.get(placeOf(piece)) ?? { records: 0, bytes: 0 };
        loads.set(placeOf(piece), { records: load.records + piece.records.length, bytes: load.bytes + piece.bytes });
      }
      for (const load of loads.values()) {
        expect(load.records).toBeLessThanOrEqual(PIECE_RECORDS_MAX);
        if (load.records > 1) expect(load.bytes).toBeLessThanOrEqual(PIECE_BYTES_MAX);
      }
      if (request.length > 1) expect(request.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(REQUEST_BYTES_MAX);
    }
  }), { numRuns: 60 });
});

test('what waits goes together, and apart when it must not be merged', () => {
  const one = (): Append[] => [{ topic: 'a', partition: 0, records: [{ key: null, value: null }] }];
  const queued = (): Piece[] => [one(), one(), one()].flatMap((appends) => piecesOf(appends, nobody()));
  expect(requestsOf(queued(), true)).toHaveLength(1);
  expect(requestsOf(queued(), false)).toHaveLength(3);
});
