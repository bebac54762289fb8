/**
 * `npm test`: every check of the house, then the tests. A check that passes is one line; one that fails shows what it
 * said and the command that runs it alone. All checks run, so that one look shows all there is to mend.
 *
 *     node scripts/check.ts             all
 *     node scripts/check.ts --static    all but the tests
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';

interface Check {
  readonly name: string;
  readonly command: readonly [program: string, ...string[]];
  /** What mends a failure, where a command can. */
  readonly remedy?: string;
}

const root = join(import.meta.dirname, '..');

/** Every folder that is not made by a tool: a new one cannot be forgotten. */
const SOURCES = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|(node_modules|dist|out|coverage)$)/.test(entry.name))
  .map((entry) => entry.name);

const STATIC: readonly Check[] = [
  { name: 'lint', command: ['eslint', '.', '--max-warnings', '0'], remedy: 'npx eslint . --fix' },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'imports', command: ['depcruise', '--config', '.dependency-cruiser.cjs', ...SOURCES] },
  { name: 'schema types', command: ['node', 'schemas/generate.ts', '--check'], remedy: 'node schemas/generate.ts' },
];
const TESTS: Check = { name: 'tests', command: ['vitest', 'run', '--project', 'unit', '--project', 'integration'] };

const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` };

/** Whether it passed. The tests speak for themselves while they run, the others when they fail. */
async function run({ name, command, remedy }: Check, aloud: boolean): Promise<boolean> {
  const startedMs = performance.now();
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: root, env, stdio: aloud ? 'inherit' : 'pipe' });
  let said = '';
  const listen = (chunk: Buffer): void => { said += chunk.toString(); };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  const passed = await new Promise<boolean>((resolve) => {
    child.on('close', (code) => { resolve(code === 0); });
    child.on('error', (error) => { said += error.message; resolve(false); });
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (!passed) console.log(`${said.trimEnd()}\n       alone: npx ${command.join(' ')}${remedy === undefined ? '' : `   mend: ${remedy}`}\n`);
  return passed;
}

/** Whether all passed; as many at once as the machine has processors. */
async function runAll(checks: readonly Check[]): Promise<boolean> {
  const waiting = [...checks];
  const results: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) results.push(await run(check, false));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results.every(Boolean);
}

const sound = await runAll(STATIC);
const tested = process.argv.includes('--static') || await run(TESTS, true);
process.exitCode = sound && tested ? 0 : 1;
