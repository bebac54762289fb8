/**
 * The second reading of a file: its lines, proven to be those that were inspected.
 */
import { createHash } from 'node:crypto';
import { FeedError } from './feed-error.ts';
import { FileContent } from './file-content.ts';
import { GzipError } from './gunzip.ts';
import type { InspectedFile } from './inspection.ts';
import { type LineBatch, splitLines } from './lines.ts';

/**
 * All lines but the opening ones, in batches of at most 1,000, numbered as they stand in the file.
 *
 * @throws FeedError, `file-changed` at the latest after the last batch
 */
export async function* feedLines(file: InspectedFile): AsyncGenerator<LineBatch> {
  let skip: number = file.openingLines;
  for await (const batch of splitLines(inspectedBlocks(file))) {
    if (skip === 0) yield batch;
    else if (batch.texts.length > skip) {
      yield { firstLine: batch.firstLine + skip, texts: batch.texts.slice(skip) };
    }
    skip = 0;
  }
}

async function* inspectedBlocks(file: InspectedFile): AsyncGenerator<Buffer> {
  const content = FileContent.open(file.path);
  const hash = file.sha256 === null ? null : createHash('sha256');
  try {
    for await (const block of content.blocks(file.packed, file.stamp)) {
      hash?.update(block);
      yield block;
    }
  } catch (error) {
    throw error instanceof GzipError ? changed(file) : error;
  }
  if (hash !== null && hash.digest('hex') !== file.sha256) throw changed(file);
}

function changed(file: InspectedFile): FeedError {
  return new FeedError('file-changed', file.path, 'is not what it was when it was inspected');
}
