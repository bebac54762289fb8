/**
 * The instants that the contract's text form can express: years 0000 to 9999, offsets to ±23:59.
 *
 * Source: contract, preamble and section 3; by section 5 a number of milliseconds outside is malformed too.
 */
const OFFSET_MAX_MS = (23 * 60 + 59) * 60_000;

/** 0000-01-01T00:00:00+23:59. */
export const INSTANT_MIN_MS = Date.parse('0000-01-01T00:00:00Z') - OFFSET_MAX_MS;
/** 9999-12-31T23:59:59.999-23:59. */
export const INSTANT_MAX_MS = Date.parse('9999-12-31T23:59:59.999Z') + OFFSET_MAX_MS;

/** Whether milliseconds since the epoch are an instant of the contract. */
export function isInstant(ms: number): boolean {
  return Number.isInteger(ms) && ms >= INSTANT_MIN_MS && ms <= INSTANT_MAX_MS;
}
