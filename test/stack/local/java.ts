/** The Java runtimes of this machine, by their `release` files (asking each would start a JVM). */
import { accessSync, constants, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface Java {
  command: string;
  /** 17, 21, 25, …; before 9 it is 1. */
  major: number;
}

/** The oldest that Kafka 4 runs on. */
export const JAVA_OF_KAFKA = 17;
const JVM_FOLDER = '/usr/lib/jvm';

/** The newest of JAVA_HOME, /usr/lib/jvm and PATH. */
export function newestJava(): Java | undefined {
  return homes()
    .map(javaAt)
    .filter((java) => java !== undefined)
    .sort((a, b) => b.major - a.major)[0];
}

export function requireJava(): Java {
  const java = newestJava();
  if (java === undefined || java.major < JAVA_OF_KAFKA) throw new Error(`Kafka needs Java ${JAVA_OF_KAFKA} or newer`);
  return java;
}

/** The program `name` on PATH. */
export function onPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

function homes(): string[] {
  const found: string[] = [];
  if (process.env.JAVA_HOME) found.push(process.env.JAVA_HOME);
  try {
    found.push(...readdirSync(JVM_FOLDER).map((name) => join(JVM_FOLDER, name)));
  } catch {
    // not a Linux that keeps them there
  }
  const program = onPath('java');
  if (program !== undefined) found.push(dirname(dirname(realpathSync(program))));
  return found;
}

function javaAt(home: string): Java | undefined {
  try {
    const major = /^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1];
    return major === undefined ? undefined : { command: realpathSync(join(home, 'bin/java')), major: Number(major) };
  } catch {
    return undefined;
  }
}
