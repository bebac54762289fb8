/**
 * Files that are there whole or not at all: written under another name, then renamed.
 */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const BUFFER_UNITS = 64 * 1024;

/**
 * Replaces or creates the file, as the pieces come; each write is waited for. The folder must exist.
 * When anything fails, what was there stays.
 */
export async function writeWhole(path: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx');
  try {
    let buffer = '';
    for await (const piece of pieces) {
      buffer += piece;
      if (buffer.length >= BUFFER_UNITS) {
        await handle.writeFile(buffer);
        buffer = '';
      }
    }
    await handle.writeFile(buffer);
    // Else the new name may survive a power cut that its content does not.
    await handle.sync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
