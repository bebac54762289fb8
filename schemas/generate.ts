/**
 * Writes `schemas/generated/types.ts` from the Avro schemas: one interface a record, docs carried over.
 *
 * `node schemas/generate.ts` writes; with `--check` it writes nothing and exits 1 when the file has drifted.
 * Forms: fixed and bytes are Buffers, int and long numbers (serdes refuse what a number cannot hold), an enum
 * is a union of its symbols, `[null, T]` is `T | null`, a map a Readonly<Record<string, T>>.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type AvroType = string | AvroType[] | AvroNamed;

/** An Avro type written as a JSON object; which members are there depends on `type`. */
export interface AvroNamed {
  readonly type: AvroType;
  readonly name?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly symbols?: readonly string[];
  readonly items?: AvroType;
  readonly values?: AvroType;
  readonly fields?: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null', boolean: 'boolean', int: 'number', long: 'number', double: 'number', float: 'number',
  string: 'string', bytes: 'Buffer',
};

const jsdoc = (doc: string | undefined, indent = ''): string => doc === undefined ? '' : `${indent}/** ${doc} */\n`;

/** The TypeScript of the schemas; a type that several of them name must be the same in all. */
export function typesOf(schemas: readonly AvroNamed[]): string {
  const declarations = new Map<string, string>();

  const declare = (name: string, text: string): string => {
    if ((declarations.get(name) ?? text) !== text) throw new Error(`two different Avro types are named ${name}`);
    declarations.set(name, text);
    return name;
  };
  const typeOf = (type: AvroType): string => {
    if (Array.isArray(type)) return [...type].reverse().map(typeOf).join(' | ');
    if (typeof type === 'string') return PRIMITIVES[type] ?? type;
    const name = type.name ?? '';
    switch (type.type) {
      case 'record': return declare(name, interfaceOf(type, name));
      case 'enum': {
        const symbols = (type.symbols ?? []).map((symbol) => `'${symbol}'`).join(' | ');
        return declare(name, `${jsdoc(type.doc)}export type ${name} = ${symbols};\n`);
      }
      case 'fixed': return declare(name, `${jsdoc(type.doc)}export type ${name} = Buffer;\n`);
      case 'array': return `readonly ${typeOf(type.items ?? 'null')}[]`;
      case 'map': return `Readonly<Record<string, ${typeOf(type.values ?? 'null')}>>`;
      default: return typeOf(type.type);
    }
  };
  const interfaceOf = (record: AvroNamed, name: string): string => {
    const fields = (record.fields ?? []).map((field) =>
      `${jsdoc(field.doc, '  ')}  readonly ${field.name}: ${typeOf(field.type)};\n`);
    return `${jsdoc(record.doc)}export interface ${name} {\n${fields.join('')}}\n`;
  };

  const names = schemas.map(typeOf);
  const index = '/** Every schema by its name. */\nexport interface Records {\n'
    + names.map((name) => `  readonly ${name}: ${name};\n`).join('') + '}\n';
  return '// Generated from schemas/*.avsc. Do not edit: run `node schemas/generate.ts`.\n\n'
    + [...declarations.values(), index].join('\n');
}

/** The parsed schemas of a folder, by file name. */
export function schemasIn(folder: string): AvroNamed[] {
  return readdirSync(folder).filter((name) => name.endsWith('.avsc')).sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as AvroNamed);
}

if (import.meta.main) {
  const file = join(import.meta.dirname, 'generated', 'types.ts');
  const expected = typesOf(schemasIn(import.meta.dirname));
  if (!process.argv.includes('--check')) {
    mkdirSync(join(import.meta.dirname, 'generated'), { recursive: true });
    writeFileSync(file, expected);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== expected) {
    console.error('schemas/generated/types.ts does not fit schemas/*.avsc. Run: node schemas/generate.ts');
    process.exitCode = 1;
  }
}
