/**
 * Properties with their controls. A property is written as a function of what it tests; `holds` runs it, `breaks` runs
 * it with something wrong instead and demands that a case is found: a property that cannot fail proves nothing.
 */
import fc from 'fast-check';
import { expect } from 'vitest';

const RUNS = 500;

/** fast-check prints seed, path and the smallest case of a failure. */
export function holds<T>(property: fc.IProperty<T>, numRuns = RUNS): void {
  fc.assert(property, { numRuns });
}

/** The control. */
export function breaks<T>(property: fc.IProperty<T>, numRuns = RUNS * 4): void {
  expect(fc.check(property, { numRuns }).failed, 'the control must fail').toBe(true);
}
