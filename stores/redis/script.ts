/**
 * A Lua script with its header: calls are built by name and checked, answers are checked and read by name.
 */
import { hash } from 'node:crypto';
import { StoreError } from '../../ports/store.ts';
import { parseHeader, type Field, type ScriptHeader } from './script-header.ts';

export type Argument = string | number | Buffer;
export type Arguments = Readonly<Record<string, Argument | readonly Argument[]>>;

/** A checked call, ready to be sent. */
export interface ScriptCall {
  readonly script: Script;
  readonly keyCount: number;
  /** Keys, then arguments. */
  readonly words: readonly (string | Buffer)[];
}

export class Script {
  readonly header: ScriptHeader;
  readonly source: string;
  /** What EVALSHA takes. */
  readonly sha: string;

  constructor(source: string, file: string) {
    this.header = parseHeader(source, file);
    this.source = source;
    this.sha = hash('sha1', source);
  }

  /** @throws TypeError when keys or arguments are not those of the header */
  call(keys: Arguments, args: Arguments): ScriptCall {
    const words: (string | Buffer)[] = [];
    this.#take(this.header.keys, keys, words);
    const keyCount = words.length;
    this.#take(this.header.args, args, words);
    return { script: this, keyCount, words };
  }

  /** @throws StoreError corrupt when the answer is not one of the header's, or one that says so */
  answer(raw: unknown): Answer {
    const [code, ...values] = Array.isArray(raw) ? raw as unknown[] : [];
    const result = typeof code === 'number' ? this.header.results.get(code) : undefined;
    if (result === undefined) throw this.#unlikeHeader('an answer that its header does not name');
    const answer = new Answer(this.header.name, result.name, result.fields, values);
    if (result.name === 'other-rules') throw new StoreError('other-rules', `period ${answer.text('period')} has payments folded under other rules`);
    if (result.name === 'corrupt') throw new StoreError('corrupt', answer.text('what'));
    return answer;
  }

  #take(fields: readonly Field[], given: Arguments, words: (string | Buffer)[]): void {
    if (Object.keys(given).length !== fields.length) throw this.#wrongCall('not as many names as its header');
    for (const field of fields) {
      const value = given[field.name];
      if (value === undefined || field.many !== Array.isArray(value)) throw this.#wrongCall(`${field.name} is not as its header says`);
      if (!field.many) words.push(this.#word(field, value as Argument));
      else for (const item of value as readonly Argument[]) words.push(this.#word(field, item));
    }
  }

  #word(field: Field, value: Argument): string | Buffer {
    if (field.type === 'integer') {
      if (!Number.isSafeInteger(value)) throw this.#wrongCall(`${field.name} is no safe integer`);
      return String(value);
    }
    if (field.type === 'text' ? typeof value !== 'string' : !Buffer.isBuffer(value)) throw this.#wrongCall(`${field.name} is not ${field.type}`);
    return value as string | Buffer;
  }

  #wrongCall(what: string): TypeError {
    return new TypeError(`call of script ${this.header.name}: ${what}`);
  }

  #unlikeHeader(what: string): StoreError {
    return new StoreError('corrupt', `script ${this.header.name} gave ${what}`);
  }
}

/** One of the answers that a script's header names. */
export class Answer {
  readonly kind: string;
  readonly #values = new Map<string, unknown>();

  constructor(script: string, kind: string, fields: readonly Field[], values: readonly unknown[]) {
    this.kind = kind;
    fields.forEach((field, i) => {
      const value = field.many ? values.slice(i) : values[i];
      const items = field.many ? value as unknown[] : [value];
      if (!items.every((item) => (field.type === 'integer' ? Number.isSafeInteger(item) : Buffer.isBuffer(item)))) {
        throw new StoreError('corrupt', `script ${script} answered ${kind} without a right ${field.name}`);
      }
      this.#values.set(field.name, value);
    });
    if (fields.at(-1)?.many !== true && values.length !== fields.length) {
      throw new StoreError('corrupt', `script ${script} answered ${kind} with more or less than its header says`);
    }
  }

  integer(name: string): number {
    return this.#values.get(name) as number;
  }

  text(name: string): string {
    return (this.#values.get(name) as Buffer).toString();
  }

  bytes(name: string): Buffer {
    return this.#values.get(name) as Buffer;
  }

  list(name: string): readonly Buffer[] {
    return this.#values.get(name) as readonly Buffer[];
  }
}
