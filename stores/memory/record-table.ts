/**
 * The records of a shard's citizens, packed as they come, found by (citizen, id).
 *
 * Records are only ever added, and never move. A citizen's lie in blocks of eight, each of which points to the one
 * before, so that a set is read from few places; an open-addressed table of record numbers finds an id. So an insertion
 * costs the same for a citizen of one record and of 100,000, and a record costs its 35 bytes, one of pointers, 8 to 16
 * of table, and its share of the citizen's last block.
 */
import { RECORD, RECORD_BYTES } from '../../processors/ledger-entry.ts';

/** A record's number is 1 + its block's number, then three bits for its place in the block; so 0 is none. */
const BLOCK_BITS = 3;
const BLOCK_RECORDS = 1 << BLOCK_BITS;
const BLOCK_BYTES = BLOCK_RECORDS * RECORD_BYTES;
const CHUNK_BITS = 7;
const CHUNK_BLOCKS = 1 << CHUNK_BITS;
const NO_BLOCK = 0xffff_ffff;
const SLOTS_AT_FIRST = 256;

/** A number of blocks. `owners` and `previous` by block. */
interface Chunk {
  readonly bytes: Buffer;
  readonly owners: Uint32Array;
  readonly previous: Uint32Array;
}

export class RecordTable {
  #chunks: Chunk[] = [];
  #blocks = 0;
  #records = 0;
  #slots = new Uint32Array(SLOTS_AT_FIRST);
  /** Newest block, and number of records, by owner. */
  #newest: number[] = [];
  #lengths: number[] = [];

  /** A new owner; owners are numbered from 0. */
  addOwner(): number {
    this.#lengths.push(0);
    return this.#newest.push(NO_BLOCK) - 1;
  }

  /** The owner's record with the id at `at` of `bytes`, 0 = none. */
  find(owner: number, bytes: Buffer, at: number): number {
    return this.#slots[this.#slotOf(owner, bytes, at)]!;
  }

  hasCheckOf(record: number, bytes: Buffer, at: number): boolean {
    const stored = this.#chunkOf(blockOf(record)).bytes;
    return stored.readUInt32BE(placeOf(record) + RECORD.check) === bytes.readUInt32BE(at + RECORD.check);
  }

  /** Adds the record at `at` of `bytes`. 0 = done; else it is not added, and this is the owner's record that has its id. */
  add(owner: number, bytes: Buffer, at: number, deadlinesPassed: number): number {
    if ((this.#records + 1) * 2 > this.#slots.length) this.#grow();
    const slot = this.#slotOf(owner, bytes, at);
    const known = this.#slots[slot]!;
    if (known !== 0) return known;
    const length = this.#lengths[owner]!++;
    const indexInBlock = length & (BLOCK_RECORDS - 1);
    if (indexInBlock === 0) this.#addBlock(owner);
    const block = this.#newest[owner]!;
    const record = 1 + (block << BLOCK_BITS) + indexInBlock;
    const { bytes: stored } = this.#chunkOf(block);
    const place = placeOf(record);
    copyRecord(bytes, at, stored, place);
    stored[place + RECORD.deadlinesPassed] = deadlinesPassed;
    this.#records++;
    this.#slots[slot] = record;
    return 0;
  }

  /** A copy of all records of an owner, in order of insertion. */
  setOf(owner: number): Buffer {
    let end = this.#lengths[owner]! * RECORD_BYTES;
    const set = Buffer.allocUnsafe(end);
    for (let block = this.#newest[owner]!; block !== NO_BLOCK;) {
      const { bytes, previous } = this.#chunkOf(block);
      const start = Math.floor((end - 1) / BLOCK_BYTES) * BLOCK_BYTES;
      const from = indexOf(block) * BLOCK_BYTES;
      bytes.copy(set, start, from, from + end - start);
      end = start;
      block = previous[indexOf(block)]!;
    }
    return set;
  }

  clone(): RecordTable {
    const copy = new RecordTable();
    copy.#chunks = this.#chunks.map(({ bytes, owners, previous }) => ({
      bytes: Buffer.from(bytes), owners: owners.slice(), previous: previous.slice(),
    }));
    copy.#blocks = this.#blocks;
    copy.#records = this.#records;
    copy.#slots = this.#slots.slice();
    copy.#newest = [...this.#newest];
    copy.#lengths = [...this.#lengths];
    return copy;
  }

  #addBlock(owner: number): void {
    const block = this.#blocks++;
    if (indexOf(block) === 0) this.#chunks.push(newChunk());
    const { owners, previous } = this.#chunkOf(block);
    owners[indexOf(block)] = owner;
    previous[indexOf(block)] = this.#newest[owner]!;
    this.#newest[owner] = block;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let block = 0; block < this.#blocks; block++) {
      const owner = this.#chunkOf(block).owners[indexOf(block)]!;
      const inNewest = ((this.#lengths[owner]! - 1) & (BLOCK_RECORDS - 1)) + 1;
      const records = block === this.#newest[owner] ? inNewest : BLOCK_RECORDS;
      for (let i = 0; i < records; i++) this.#place(1 + (block << BLOCK_BITS) + i);
    }
  }

  #place(record: number): void {
    const { bytes, owners } = this.#chunkOf(blockOf(record));
    this.#slots[this.#slotOf(owners[indexOf(blockOf(record))]!, bytes, placeOf(record))] = record;
  }

  /** Where the owner's record with the id at `at` of `bytes` is, or would be. */
  #slotOf(owner: number, bytes: Buffer, at: number): number {
    const mask = this.#slots.length - 1;
    const high = bytes.readUInt32BE(at);
    const low = bytes.readUInt32BE(at + 4);
    for (let slot = slotOf(owner, high, low) & mask; ; slot = (slot + 1) & mask) {
      const record = this.#slots[slot]!;
      if (record === 0) return slot;
      const { bytes: stored, owners } = this.#chunkOf(blockOf(record));
      if (owners[indexOf(blockOf(record))] !== owner) continue;
      const place = placeOf(record);
      if (stored.readUInt32BE(place) === high && stored.readUInt32BE(place + 4) === low) return slot;
    }
  }

  #chunkOf(block: number): Chunk {
    return this.#chunks[block >>> CHUNK_BITS]!;
  }
}

/** So few bytes are copied faster here than by a call into native code. */
function copyRecord(from: Buffer, fromAt: number, to: Buffer, toAt: number): void {
  for (let i = 0; i < RECORD_BYTES; i++) to[toAt + i] = from[fromAt + i]!;
}

function blockOf(record: number): number {
  return (record - 1) >>> BLOCK_BITS;
}

/** Of a block, in its chunk. */
function indexOf(block: number): number {
  return block & (CHUNK_BLOCKS - 1);
}

/** Of a record's bytes, in its chunk. */
function placeOf(record: number): number {
  return ((record - 1) & (CHUNK_BLOCKS * BLOCK_RECORDS - 1)) * RECORD_BYTES;
}

function newChunk(): Chunk {
  return {
    bytes: Buffer.allocUnsafeSlow(CHUNK_BLOCKS * BLOCK_BYTES),
    owners: new Uint32Array(CHUNK_BLOCKS),
    previous: new Uint32Array(CHUNK_BLOCKS),
  };
}

/** Ids are hashes already; the mixing keeps ids of a poor hash, and of tests, from piling up. */
function slotOf(owner: number, high: number, low: number): number {
  let mixed = Math.imul(high ^ Math.imul(owner + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul((mixed ^ (mixed >>> 15)) + low, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
