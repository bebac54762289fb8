/**
 * The version of this software, from its package.json: beside the sources in a checkout, one folder further up in the
 * package, where this code is in `dist/`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = [join(import.meta.dirname, '..'), join(import.meta.dirname, '..', '..')]
  .map((folder) => join(folder, 'package.json')).find((path) => existsSync(path));

export const VERSION = FILE === undefined ? 'unknown' : (JSON.parse(readFileSync(FILE, 'utf8')) as { version: string }).version;
