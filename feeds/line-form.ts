/**
 * The form of a line: named columns, one pattern each.
 *
 * A good line is matched and taken apart by one regular expression made of all the columns' patterns (1 µs for 19
 * columns); only a bad one is looked at column by column, with the same patterns, to name the first that is wrong.
 */

export interface Column {
  readonly name: string;
  /** Source of a regular expression (flag `u`), without groups; it must not match the separator. */
  readonly pattern: string;
  /** Whether the column goes beyond the reader. */
  readonly kept: boolean;
  /** What a pattern cannot say. The fast path leaves it to the caller. */
  readonly holds?: (text: string) => boolean;
}

export class LineForm {
  readonly #separator: string;
  readonly #columns: readonly (Column & { readonly alone: RegExp })[];
  readonly #whole: RegExp;

  constructor(separator: string, columns: readonly Column[]) {
    this.#separator = separator;
    this.#columns = columns.map((column) => ({ ...column, alone: new RegExp(`^(?:${column.pattern})$`, 'u') }));
    const groups = columns.map(({ pattern, kept }) => (kept ? `(${pattern})` : `(?:${pattern})`));
    this.#whole = new RegExp(`^${groups.join(separator)}$`, 'u');
  }

  /** The kept columns in order, from index 1; null when the line is not of this form. `holds` is not asked. */
  match(text: string): RegExpExecArray | null {
    return this.#whole.exec(text);
  }

  /** The first column that is wrong; null when none is, or when the line has another number of columns. */
  firstBadColumn(text: string): string | null {
    // The limit keeps a line of separators from becoming millions of strings.
    const values = text.split(this.#separator, this.#columns.length + 1);
    if (values.length !== this.#columns.length) return null;
    const bad = this.#columns.find(({ alone, holds }, i) => !alone.test(values[i]!) || holds?.(values[i]!) === false);
    return bad?.name ?? null;
  }
}
