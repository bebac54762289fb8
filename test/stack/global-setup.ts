/**
 * vitest's globalSetup of the project `integration`: one stack for the whole run, started when the first of its files is
 * about to run (so never for unit tests alone), and stopped after the last.
 */
import type { TestProject } from 'vitest/node';
import { openStack } from './choose.ts';
import { LAUNCHER_VARIABLE } from './servers.ts';
import type { Endpoints } from './types.ts';

/** What tests are told. */
export interface StackReport {
  /** Absent when there are no servers. */
  endpoints?: Endpoints;
  /** Whether `startKafka` and its like work. */
  canLaunch: boolean;
  why: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    tornacontoStack: StackReport;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stack, launcher, why } = await openStack();
  if (stack === undefined && isContinuousIntegration()) {
    throw new Error(`with CI set the integration tests must run, and there is no test stack: ${why}`);
  }
  console.log(stack === undefined ? `test stack: none, integration tests are skipped (${why})` : `test stack: ${why}`);
  if (launcher !== undefined) process.env[LAUNCHER_VARIABLE] = launcher;
  const report: StackReport = { canLaunch: launcher !== undefined, why };
  if (stack !== undefined) {
    const { provider, brokers, redisUrl, registryUrl } = stack;
    report.endpoints = { provider, brokers, redisUrl, registryUrl };
  }
  project.provide('tornacontoStack', report);
  return async () => stack?.stop();
}

const isContinuousIntegration = (): boolean => !['', '0', 'false'].includes(process.env.CI ?? '');
