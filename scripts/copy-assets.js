/**
 * After the compiler: what the program reads at run time beside its code (Redis scripts, Avro schemas) goes to the same
 * place in dist/, so that a path relative to a module holds in both trees.
 */
import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const ASSETS = ['schemas/*.avsc', 'stores/**/*.lua'];

for (const pattern of ASSETS) {
  const found = globSync(pattern, { cwd: ROOT });
  if (found.length === 0) throw new Error(`no file is named ${pattern}: has it moved? Change scripts/copy-assets.js`);
  for (const path of found) cpSync(join(ROOT, path), join(ROOT, 'dist', path));
}
