/**
 * The records of a shard's citizens, packed as they come, found by (citizen, id).
 *
 * Records are only ever added. They lie in chunks in order of insertion; each points to the citizen's one before, and
 * an open-addressed table of record numbers finds an id. So an insertion costs the same for a citizen of one record
 * and of 100,000, and a record costs its 35 bytes, 8 of pointers and 8 to 16 of table.
 */
import { ID_BYTES, RECORD, RECORD_BYTES } from '../../processors/ledger-entry.ts';

const CHUNK_BITS = 10;
const CHUNK_RECORDS = 1 << CHUNK_BITS;
const SLOTS_AT_FIRST = 256;

/** `owners` and `previous` by record; records are numbered from 1, so that 0 is none. */
interface Chunk {
  readonly bytes: Buffer;
  readonly owners: Uint32Array;
  readonly previous: Uint32Array;
}

export class RecordTable {
  #chunks: Chunk[] = [];
  #records = 0;
  #slots = new Uint32Array(SLOTS_AT_FIRST);
  /** Newest record, and number of records, by owner. */
  #newest: number[] = [];
  #lengths: number[] = [];

  /** A new owner; owners are numbered from 0. */
  addOwner(): number {
    this.#lengths.push(0);
    return this.#newest.push(0) - 1;
  }

  /** The owner's record with the id at `at` of `bytes`, 0 = none. */
  find(owner: number, bytes: Buffer, at: number): number {
    const mask = this.#slots.length - 1;
    const high = bytes.readUInt32BE(at);
    const low = bytes.readUInt32BE(at + 4);
    for (let slot = slotOf(owner, high, low) & mask; ; slot = (slot + 1) & mask) {
      const record = this.#slots[slot]!;
      if (record === 0) return 0;
      const chunk = this.#chunkOf(record);
      const index = indexOf(record);
      if (chunk.owners[index] !== owner) continue;
      const place = index * RECORD_BYTES;
      if (chunk.bytes.readUInt32BE(place) === high && chunk.bytes.readUInt32BE(place + 4) === low) return record;
    }
  }

  hasCheckOf(record: number, bytes: Buffer, at: number): boolean {
    const place = indexOf(record) * RECORD_BYTES + RECORD.check;
    return this.#chunkOf(record).bytes.readUInt32BE(place) === bytes.readUInt32BE(at + RECORD.check);
  }

  /** Adds the record at `at` of `bytes`, whose id the owner does not have. */
  insert(owner: number, bytes: Buffer, at: number, deadlinesPassed: number): void {
    if ((this.#records + 1) * 2 > this.#slots.length) this.#grow();
    const record = ++this.#records;
    const index = indexOf(record);
    if (index === 0) this.#chunks.push(newChunk());
    const chunk = this.#chunkOf(record);
    const place = index * RECORD_BYTES;
    copyRecord(bytes, at, chunk.bytes, place);
    chunk.bytes[place + RECORD.deadlinesPassed] = deadlinesPassed;
    chunk.owners[index] = owner;
    chunk.previous[index] = this.#newest[owner]!;
    this.#newest[owner] = record;
    this.#lengths[owner]!++;
    this.#place(record);
  }

  /** A copy of all records of an owner, in order of insertion. */
  setOf(owner: number): Buffer {
    let place = this.#lengths[owner]! * RECORD_BYTES;
    const set = Buffer.allocUnsafe(place);
    for (let record = this.#newest[owner]!; record !== 0; record = this.#chunkOf(record).previous[indexOf(record)]!) {
      place -= RECORD_BYTES;
      copyRecord(this.#chunkOf(record).bytes, indexOf(record) * RECORD_BYTES, set, place);
    }
    return set;
  }

  clone(): RecordTable {
    const copy = new RecordTable();
    copy.#chunks = this.#chunks.map(({ bytes, owners, previous }) => ({
      bytes: Buffer.from(bytes), owners: owners.slice(), previous: previous.slice(),
    }));
    copy.#records = this.#records;
    copy.#slots = this.#slots.slice();
    copy.#newest = [...this.#newest];
    copy.#lengths = [...this.#lengths];
    return copy;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let record = 1; record <= this.#records; record++) this.#place(record);
  }

  #place(record: number): void {
    const mask = this.#slots.length - 1;
    const { bytes, owners } = this.#chunkOf(record);
    const place = indexOf(record) * RECORD_BYTES;
    let slot = slotOf(owners[indexOf(record)]!, bytes.readUInt32BE(place), bytes.readUInt32BE(place + ID_BYTES / 2)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = record;
  }

  #chunkOf(record: number): Chunk {
    return this.#chunks[(record - 1) >>> CHUNK_BITS]!;
  }
}

/** So few bytes are copied faster here than by a call into native code. */
function copyRecord(from: Buffer, fromAt: number, to: Buffer, toAt: number): void {
  for (let i = 0; i < RECORD_BYTES; i++) to[toAt + i] = from[fromAt + i]!;
}

function indexOf(record: number): number {
  return (record - 1) & (CHUNK_RECORDS - 1);
}

function newChunk(): Chunk {
  return {
    bytes: Buffer.allocUnsafeSlow(CHUNK_RECORDS * RECORD_BYTES),
    owners: new Uint32Array(CHUNK_RECORDS),
    previous: new Uint32Array(CHUNK_RECORDS),
  };
}

/** Ids are hashes already; the mixing keeps ids of a poor hash, and of tests, from piling up. */
function slotOf(owner: number, high: number, low: number): number {
  let mixed = Math.imul(high ^ Math.imul(owner + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul((mixed ^ (mixed >>> 15)) + low, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
