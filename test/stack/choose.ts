/**
 * Which servers a run of the tests uses. TORNACONTO_TEST_STACK=environment|local|testcontainers forces one, `none` does
 * without; otherwise the first that works: servers named in the environment (somebody meant them), local processes
 * (they need no daemon and no registry of images, and take every fault), containers.
 */
import { describeLocal, whyNotLocal } from './local/available.ts';
import { environmentStack, whyNotEnvironment } from './environment.ts';
import { startStack } from './servers.ts';
import { type Launcher, type Provider, PROVIDERS, type Stack } from './types.ts';

export interface Choice {
  stack?: Stack;
  /** What starts servers of a test's own; absent when nothing can. */
  launcher?: Launcher;
  /** One line: what was taken and why, or why nothing was. */
  why: string;
}

interface Candidate {
  whyNot: () => string | undefined | Promise<string | undefined>;
  start: () => Promise<Stack>;
  describe: () => string;
}

const CANDIDATES: Record<Provider, Candidate> = {
  environment: {
    whyNot: whyNotEnvironment,
    start: environmentStack,
    describe: () => 'servers named by TORNACONTO_TEST_… variables',
  },
  local: { whyNot: whyNotLocal, start: () => startStack('local'), describe: describeLocal },
  testcontainers: {
    whyNot: async () => (await import('./containers.ts')).whyNotContainers(),
    start: () => startStack('testcontainers'),
    describe: () => 'containers of the Docker daemon that answers',
  },
};

/** Starts the stack. A forced provider that does not work is an error; with none at all, `stack` is absent. */
export async function openStack(wish = process.env.TORNACONTO_TEST_STACK ?? ''): Promise<Choice> {
  if (wish === 'none') return { why: 'TORNACONTO_TEST_STACK=none' };
  const forced = PROVIDERS.find((provider) => provider === wish);
  if (wish !== '' && forced === undefined) {
    throw new Error(`TORNACONTO_TEST_STACK must be one of ${PROVIDERS.join(', ')}, none`);
  }
  const refused: string[] = [];
  for (const provider of forced === undefined ? PROVIDERS : [forced]) {
    const { whyNot, start, describe } = CANDIDATES[provider];
    const reason = await whyNot();
    if (reason !== undefined) {
      if (forced !== undefined) throw new Error(`TORNACONTO_TEST_STACK=${forced} does not work here: ${reason}`);
      refused.push(`${provider}: ${reason}`);
      continue;
    }
    try {
      const stack = await start();
      const because = [describe(), ...(forced ? ['asked for by TORNACONTO_TEST_STACK'] : refused)].join('; ');
      const launcher = await launcherBeside(provider);
      return { stack, why: `${provider} (${because})`, ...(launcher && { launcher }) };
    } catch (error) {
      if (forced !== undefined) throw error;
      refused.push(`${provider}: ${error instanceof Error ? error.message : 'failed to start'}`);
    }
  }
  return { why: `none works: ${refused.join('; ')}` };
}

async function launcherBeside(provider: Provider): Promise<Launcher | undefined> {
  if (provider !== 'environment') return provider;
  for (const launcher of ['local', 'testcontainers'] as const) {
    if ((await CANDIDATES[launcher].whyNot()) === undefined) return launcher;
  }
  return undefined;
}
