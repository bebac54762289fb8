/**
 * The header of a Lua script: what it takes and what it answers, read by the loader and checked on every call.
 *
 *     -- NAME, format 1: what it does.
 *     -- KEYS   name name name*              the last may be any number of keys
 *     -- ARGV   name:type name:type*         the last may be any number of arguments; lines add up
 *     -- RESULT code name field:type …       code > 0: done; 0: refused; < 0: an error
 *
 * Types: `integer` (safe), `text` (UTF-8), `bytes`.
 */
export type FieldType = 'integer' | 'text' | 'bytes';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Any number of them; last only. */
  readonly many: boolean;
}

export interface ScriptHeader {
  readonly name: string;
  /** Format of the state that the script reads and writes. */
  readonly format: number;
  readonly keys: readonly Field[];
  readonly args: readonly Field[];
  readonly results: ReadonlyMap<number, { readonly name: string; readonly fields: readonly Field[] }>;
}

const TITLE = /^-- ([a-z-]+), format (\d+): .+$/;
const LINE = /^-- (KEYS|ARGV|RESULT)\s+(.+)$/;

/** @throws Error naming the script and line of what is not a header */
export function parseHeader(source: string, file: string): ScriptHeader {
  const [first = '', ...lines] = source.split('\n');
  const title = TITLE.exec(first);
  if (title === null) throw new Error(`${file}:1 is not "-- name, format N: purpose"`);
  const keys: Field[] = [];
  const args: Field[] = [];
  const results = new Map<number, { name: string; fields: Field[] }>();
  lines.forEach((line, i) => {
    const match = LINE.exec(line);
    if (match === null) return;
    const where = `${file}:${i + 2}`;
    const words = match[2]!.trim().split(/\s+/);
    if (match[1] === 'KEYS') keys.push(...words.map((word) => parseField(`${word.replace('*', '')}:text${word.endsWith('*') ? '*' : ''}`, where)));
    else if (match[1] === 'ARGV') args.push(...words.map((word) => parseField(word, where)));
    else results.set(...parseResult(words, where));
  });
  for (const fields of [keys, args, ...[...results.values()].map((result) => result.fields)]) checkFields(fields, file);
  if (results.size === 0) throw new Error(`${file} declares no RESULT`);
  return { name: title[1]!, format: Number(title[2]), keys, args, results };
}

function parseResult([code, name, ...fields]: string[], where: string): [number, { name: string; fields: Field[] }] {
  if (!/^-?\d+$/.test(code ?? '') || name === undefined) throw new Error(`${where} is not "RESULT code name field:type …"`);
  return [Number(code), { name, fields: fields.map((word) => parseField(word, where)) }];
}

function parseField(word: string, where: string): Field {
  const match = /^([a-z][A-Za-z]*):(integer|text|bytes)(\*?)$/.exec(word);
  if (match === null) throw new Error(`${where}: "${word}" is not name:type`);
  return { name: match[1]!, type: match[2] as FieldType, many: match[3] === '*' };
}

function checkFields(fields: readonly Field[], file: string): void {
  if (fields.slice(0, -1).some((field) => field.many)) throw new Error(`${file}: only the last may be many`);
  if (new Set(fields.map((field) => field.name)).size < fields.length) throw new Error(`${file}: a name occurs twice`);
}
