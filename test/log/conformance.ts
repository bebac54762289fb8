/**
 * One suite for the port, which every adapter passes: what a processor relies on, and nothing of how it is done.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { appending } from './conformance/appending.ts';
import { membership } from './conformance/membership.ts';
import { reading } from './conformance/reading.ts';
import { subscribing } from './conformance/subscribing.ts';
import type { Harness } from './harness.ts';

export function logConformance(open: () => Promise<Harness>): void {
  let harness: Harness | undefined;
  beforeAll(async () => { harness = await open(); });
  afterAll(async () => { await harness?.close(); });
  const given = (): Harness => harness!;

  describe('appending', () => appending(given));
  describe('reading ranges', () => reading(given));
  describe('subscribing', () => subscribing(given));
  describe('membership', () => membership(given));
}
