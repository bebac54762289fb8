/**
 * Files that broke on the way: each a copy of a good one, each refused whole (contract, section 3).
 *
 * As when a delivery is torn and then sent again: nothing of the first try may count.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Spoilt {
  /** Names within the folder. */
  readonly enrolments: readonly string[];
  readonly transactions: readonly string[];
}

export const NOTHING_SPOILT: Spoilt = { enrolments: [], transactions: [] };

const CHECKSUM_MARK = Buffer.from('#sha256sum:');

type Spoil = (bytes: Buffer) => Buffer;

const changeOneByte: Spoil = (bytes) => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 3]! ^= 1;
  return copy;
};
/** Of the checksum's 64 digits the last is lost. */
const shortenChecksum: Spoil = (bytes) =>
  Buffer.concat([bytes.subarray(0, CHECKSUM_MARK.length + 63), bytes.subarray(CHECKSUM_MARK.length + 64)]);
const breakOff: Spoil = (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.7));
const addSomething: Spoil = (bytes) => Buffer.concat([bytes, Buffer.from('--end of transmission--\n')]);
const dropFirstLine: Spoil = (bytes) => bytes.subarray(bytes.indexOf('\n') + 1);

async function firstWithChecksum(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    if (name.endsWith('.csv') && (await readFile(join(folder, name))).subarray(0, CHECKSUM_MARK.length).equals(CHECKSUM_MARK)) {
      return name;
    }
  }
  return undefined;
}

/** Writes the spoilt copies; a small data set may have no packed file or none with a checksum, and then has fewer. */
export async function writeSpoilt(
  folder: string, enrolments: readonly string[], transactions: readonly string[],
): Promise<Spoilt> {
  const write = async (from: string, to: string, spoil: Spoil): Promise<string> => {
    await writeFile(join(folder, to), spoil(await readFile(join(folder, from))));
    return to;
  };
  const numbered = (name: string, number: number): string => name.replace(/\.\d{3}\.csv/, `.${number}.csv`);
  const made: string[] = [];
  const checked = await firstWithChecksum(folder, transactions);
  if (checked !== undefined) {
    made.push(await write(checked, numbered(checked, 901), changeOneByte), await write(checked, numbered(checked, 902), shortenChecksum));
  }
  const packed = transactions.find((name) => name.endsWith('.gz'));
  if (packed !== undefined) {
    made.push(await write(packed, numbered(packed, 903), breakOff), await write(packed, numbered(packed, 904), addSomething));
  }
  return { enrolments: [await write(enrolments[0]!, 'enrolments-headless.csv', dropFirstLine)], transactions: made };
}
