/**
 * The configuration as people may see it, in a log or a bug report: secrets are masked.
 */
import type { Config } from './config.ts';
import { isSecret, VARIABLE_NAMES, type VariableName } from './variables.ts';

const MASK = '***';

/** `NAME=value` lines; what is neither set nor has a default is left out. Durations are in milliseconds. */
export function describe({ variables }: Config): string[] {
  return VARIABLE_NAMES.flatMap((name) => {
    const value = variables[name];
    return value === undefined || value === '' ? [] : [`${name}=${isSecret(name) ? masked(name, String(value)) : value}`];
  });
}

/** Of a URL only who and with what password; up to the last `@`, since a password may hold one. */
function masked(name: VariableName, value: string): string {
  return name.endsWith('_URL') ? maskedUrl(value) : MASK;
}

export function maskedUrl(url: string): string {
  // A query may hold a token.
  return url.replace(/:\/\/.*@/, `://${MASK}@`).replace(/\?.*$/, `?${MASK}`);
}
