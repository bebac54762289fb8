/**
 * A source of chance that repeats: sfc32 (Chris Doty-Humphrey's Small Fast Counter), seeded by splitmix32.
 *
 * One seed, one sequence, on every machine: nothing here reads a clock or the system's randomness. Parts of the
 * generator take streams of their own (`Random.of(seed, 'population')`), so that more draws in one part do not shift
 * what another part draws.
 */

/** splitmix32: spreads a 32-bit state into well-mixed words; used to fill sfc32's state only. */
function splitmix32(state: number): () => number {
  let a = state | 0;
  return () => {
    a = (a + 0x9e3779b9) | 0;
    let t = a ^ (a >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
}

/** FNV-1a, 32 bits: turns a stream's name into seed bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  /** The second normal deviate of the last pair, or NaN. */
  #spareNormal = NaN;

  private constructor(words: () => number) {
    this.#a = words();
    this.#b = words();
    this.#c = words();
    // sfc32 forgets how it was seeded after a dozen rounds.
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** The stream of that name under a seed (a safe integer, not negative). */
  static of(seed: number, stream: string): Random {
    const high = Math.floor(seed / 0x1_0000_0000);
    return new Random(splitmix32((seed | 0) ^ Math.imul(high, 0x85ebca6b) ^ fnv1a(stream)));
  }

  /** 0 to 2^32 − 1. */
  uint32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** At or above 0, below 1. */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** An integer from 0 to below `limit` (1 to 2^32); the bias is below 2^-32 × limit. */
  below(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with that probability. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (!Number.isNaN(this.#spareNormal)) {
      const spare = this.#spareNormal;
      this.#spareNormal = NaN;
      return spare;
    }
    for (;;) {
      const u = this.float() * 2 - 1;
      const v = this.float() * 2 - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spareNormal = v * scale;
      return u * scale;
    }
  }

  /** Log-normal with that median and that deviation of its logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }
}
