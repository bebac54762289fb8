/**
 * All scripts, one a file in lua/, read once. Each says in its header which format of the state it is written for.
 */
import { readFileSync } from 'node:fs';
import { Script } from './script.ts';

/** Format of the state in Redis; state of a greater one is refused. */
export const STATE_FORMAT = 1;

export const SCRIPT_NAMES = [
  'open', 'claim', 'sweep',
  'card-lookup', 'card-commit', 'card-complete',
  'fold', 'sets', 'page', 'touched', 'late', 'settle', 'freeze', 'keep', 'kept', 'outbox', 'trim',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

export const scripts = Object.fromEntries(SCRIPT_NAMES.map((name) => [name, load(name)])) as Record<ScriptName, Script>;

function load(name: ScriptName): Script {
  const file = `${name}.lua`;
  const script = new Script(readFileSync(new URL(`lua/${file}`, import.meta.url), 'utf8'), file);
  if (script.header.name !== name) throw new Error(`${file} calls itself ${script.header.name}`);
  if (script.header.format !== STATE_FORMAT) throw new Error(`${file} is of another format than ${STATE_FORMAT}`);
  return script;
}
