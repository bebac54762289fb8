import { createHash } from 'node:crypto';
import { stat, utimes, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { FeedError } from '../../feeds/feed-error.ts';
import { feedLines } from '../../feeds/feed-lines.ts';
import { inspect, type InspectedFile } from '../../feeds/inspection.ts';
import { REFUSED_FILES } from './malformed.ts';
import { checksummed, collect, gzipped, taken, temporaryFolder, transactionLine } from './samples.ts';

const folder = temporaryFolder();
const GOOD = `${transactionLine()}\n`;

async function lineTexts(file: InspectedFile): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for await (const batch of feedLines(file)) {
    expect(batch.firstLine).toBe(file.openingLines + texts.length + 1);
    texts.push(...batch.texts);
  }
  return texts;
}

describe('a file is refused whole', () => {
  test.each(REFUSED_FILES)('$reason: $what', async ({ kind, name, content, reason }) => {
    const inspection = await inspect(await folder.write(name, content), kind);
    expect(inspection.refused).toMatchObject({ file: name, reason });
    expect(inspection.refused!.message).not.toMatch(/\d{6}/);
    const withDigest = await inspect(folder.path(name), kind, { digest: true });
    expect(withDigest).toEqual(inspection);
  });

  test('gzip cut off anywhere', async () => {
    const packed = gzipped(GOOD, GOOD);
    const whole: number[] = [];
    for (let length = 0; length <= packed.length; length++) {
      const path = await folder.write('cut.csv.gz', packed.subarray(0, length));
      const { refused } = await inspect(path, 'transactions');
      if (refused === null) whole.push(length);
      else expect(refused.reason).toBe('gzip');
    }
    expect(whole).toEqual([packed.length / 2, packed.length]);
  });

  test('gzip followed by any one byte', async () => {
    for (let byte = 0; byte < 256; byte++) {
      const path = await folder.write('more.csv.gz', Buffer.concat([gzipped(GOOD), Buffer.from([byte])]));
      expect((await inspect(path, 'transactions')).refused?.reason).toBe('gzip');
    }
  });

  test('what follows gzip at the edge of a block', async () => {
    // The member's size is that of one block of reading: incompressible, and trimmed by the header's file name.
    const noise = Buffer.concat(Array.from({ length: 4090 }, (_, i) => createHash('sha256').update(String(i)).digest()));
    const packed = gzipped(noise);
    const padded = Buffer.concat([
      packed.subarray(0, 3), Buffer.from([8]), packed.subarray(4, 10),
      Buffer.alloc(128 * 1024 - packed.length - 1, 'n'), Buffer.alloc(1), packed.subarray(10),
    ]);
    expect(padded).toHaveLength(128 * 1024);
    const path = folder.path('edge.csv.gz');
    for (const [more, reason] of [[Buffer.alloc(0), null], [packed, null], [Buffer.alloc(1), 'gzip'], [Buffer.from('x'), 'gzip']] as const) {
      await writeFile(path, Buffer.concat([padded, more]));
      expect((await inspect(path, 'transactions')).refused?.reason ?? null).toBe(reason);
    }
  });
});

describe('a file is taken', () => {
  test.each<[string, Buffer]>([
    ['with its checksum', checksummed(GOOD)],
    ['with its checksum in upper case', Buffer.from(checksummed(GOOD).toString().replace(/[0-9a-f]{64}/, (sum) => sum.toUpperCase()))],
    ['with CRLF after the checksum', checksummed(GOOD, '\r\n')],
    ['with CRLF everywhere', checksummed(GOOD.replace('\n', '\r\n'), '\r\n')],
    ['without the last LF', checksummed(GOOD.trimEnd())],
    ['without checksum', Buffer.from(GOOD)],
  ])('%s, packed or not', async (_what, content) => {
    const plain = await taken(await folder.write('taken.csv', content), 'transactions');
    const packed = await taken(await folder.write('taken.csv.gz', gzipped(content)), 'transactions');
    const members = await taken(await folder.write('members.csv.gz', gzipped(content.subarray(0, 50), '', content.subarray(50))), 'transactions');
    for (const file of [plain, packed, members]) expect(await lineTexts(file)).toEqual([transactionLine()]);
  });

  test.each<[string, Buffer, number]>([
    ['empty', Buffer.alloc(0), 0],
    ['only the checksum of nothing', checksummed(''), 1],
    ['only the checksum of nothing, without LF', checksummed('', ''), 1],
    ['only the checksum of nothing, with CR at the end', checksummed('', '\r'), 1],
  ])('%s', async (_what, content, openingLines) => {
    const file = await taken(await folder.write('nothing.csv', content), 'transactions');
    expect(file.openingLines).toBe(openingLines);
    expect(await lineTexts(file)).toEqual([]);
  });

  test('a checksum mark that is not at the very start is a line like others', async () => {
    for (const before of ['\n', ' ', '\ufeff']) {
      const file = await taken(await folder.write('later.csv', `${before}#sha256sum:0\n`), 'transactions');
      expect(file.openingLines).toBe(0);
    }
  });

  test('its digest is that of the unpacked bytes, checksum line and all', async () => {
    const content = checksummed(GOOD.repeat(3000));
    const sha256 = createHash('sha256').update(content).digest('hex');
    for (const [name, bytes] of [['digest.csv', content], ['digest.csv.gz', gzipped(content)]] as const) {
      expect(await taken(await folder.write(name, bytes), 'transactions', true)).toMatchObject({ name, sha256 });
    }
  });

  test('and is longer than a block', async () => {
    const content = checksummed(GOOD.repeat(3000));
    const file = await taken(await folder.write('long.csv', content), 'transactions');
    expect(await lineTexts(file)).toEqual(new Array(3000).fill(transactionLine()));
  });
});

describe('a file that cannot be read', () => {
  test.each(['missing.csv', '.'])('stops the command: %s', async (name) => {
    const error: unknown = await inspect(folder.path(name), 'transactions').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FeedError);
    expect(error).toMatchObject({ code: 'file-unreadable' });
  });

  test('a pipe is said so at once, for it cannot be read twice', async () => {
    execFileSync('mkfifo', [folder.path('pipe')]);
    await expect(inspect(folder.path('pipe'), 'transactions')).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});

describe('a file that changes between the two readings stops the command', () => {
  test.each([['plain.csv', GOOD], ['sum.csv', checksummed(GOOD)], ['packed.csv.gz', gzipped(GOOD)]])('%s', async (name, content) => {
    const path = await folder.write(name, content);
    const file = await taken(path, 'transactions');
    await writeFile(path, Buffer.concat([Buffer.from(content), Buffer.from(content)]));
    await expect(collect(linesOnly(file))).rejects.toMatchObject({ code: 'file-changed' });
  });

  test('even when size and time stay: the digest tells', async () => {
    const path = await folder.write('stealthy.csv', GOOD);
    const file = await taken(path, 'transactions', true);
    const { atime } = await stat(path);
    await utimes(path, atime, 1_700_000_000);
    const stamped = { ...file, stamp: (await taken(path, 'transactions')).stamp };
    expect(await lineTexts(stamped)).toHaveLength(1);
    await writeFile(path, GOOD.replace('12345', '92345'));
    await utimes(path, atime, 1_700_000_000);
    await expect(collect(linesOnly(stamped))).rejects.toMatchObject({ code: 'file-changed' });
  });
});

async function* linesOnly(file: InspectedFile) {
  for await (const { texts } of feedLines(file)) yield texts;
}
