/**
 * The header `source` of a record: which line of which file it is, `<file SHA-256>:<line>`. Source: contract, section 4.
 *
 * It is how a publisher that was killed finds out what it has sent: the truth is what is on the topic.
 */
export const SOURCE_HEADER = 'source';

const DIGEST_LENGTH = 64;
const LINE = /^[1-9]\d{0,14}$/;

/** @param digest lower-case hex */
export function sourceOf(digest: string, line: number): string {
  return `${digest}:${line}`;
}

/** Null when it is not of this form: others may write what they like. */
export function parseSource(source: string): { readonly digest: string; readonly line: number } | null {
  const line = source.slice(DIGEST_LENGTH + 1);
  if (source[DIGEST_LENGTH] !== ':' || !LINE.test(line)) return null;
  return { digest: source.slice(0, DIGEST_LENGTH), line: Number(line) };
}
