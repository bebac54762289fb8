/**
 * Hash tags of shards: all keys of a shard lie in one slot of a Redis Cluster, and shards spread evenly over the slots.
 *
 * A tag depends on the shard's number only, never on how many there are: a shard must be found again, and refuse, when
 * the number was changed. So slots follow van der Corput's sequence (the number's bits reversed), which is even for
 * every count: no primary holds over two more than its part, where primaries hold equal ranges of slots, as usual.
 */
export type ShardKind = 'ledger' | 'card';

const SLOT_BITS = 14;
export const SLOTS = 1 << SLOT_BITS;
const tags = new Map<string, string>();

/** The tag, without braces, of a shard. */
export function hashTagOf(kind: ShardKind, shard: number): string {
  const name = `${kind === 'ledger' ? 'L' : 'C'}${shard}`;
  let tag = tags.get(name);
  if (tag === undefined) {
    tag = tagIn(evenSlot(shard), name);
    tags.set(name, tag);
  }
  return tag;
}

/** The slot that Redis Cluster gives to a key with this hash tag. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (let i = 0; i < tag.length; i++) {
    crc ^= tag.charCodeAt(i) << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) !== 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc % SLOTS;
}

function evenSlot(shard: number): number {
  let slot = 0;
  for (let bit = 0; bit < SLOT_BITS; bit++) if ((shard & (1 << bit)) !== 0) slot |= 1 << (SLOT_BITS - 1 - bit);
  return slot;
}

/** The first of name.0, name.1, … in the slot: found after some 16 thousand, about a millisecond. */
function tagIn(slot: number, name: string): string {
  for (let i = 0; ; i++) {
    const tag = `${name}.${i.toString(36)}`;
    if (slotOf(tag) === slot) return tag;
  }
}
