import { describe, expect, test } from 'vitest';
import { parseSource, sourceOf } from '../../publish/source-header.ts';

const DIGEST = 'ab'.repeat(32);

describe('the header source', () => {
  test('names a line of a file, and is read back', () => {
    expect(sourceOf(DIGEST, 17)).toBe(`${DIGEST}:17`);
    expect(parseSource(sourceOf(DIGEST, 17))).toEqual({ digest: DIGEST, line: 17 });
  });

  test.each(['', 'x', DIGEST, `${DIGEST}:`, `${DIGEST}:0`, `${DIGEST}:01`, `${DIGEST}:1x`, `${DIGEST}:-1`, `${DIGEST} 1`, `${DIGEST}:${'9'.repeat(16)}`])(
    'what others have written there is nobody\'s line: %j', (source) => { expect(parseSource(source)).toBeNull(); });
});
