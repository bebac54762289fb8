/**
 * The import rules, held to planted faults: a small tree with one fault a file, and beside them imports that are right.
 * Exactly the faults are found, each by its rule.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const CRUISE = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');

const SOUND: Readonly<Record<string, string>> = {
  'schemas/generated/types.ts': 'export interface Card { readonly hash: string }',
  'schemas/serde.ts': "import avro from 'avsc';\nimport type { Registry } from '../ports/registry.ts';\nexport const serde = (registry: Registry) => [avro, registry];",
  'ports/registry.ts': "import type { Card } from '../schemas/generated/types.ts';\nexport interface Registry { readonly card: Card }",
  'ports/error.ts': "import type { Registry } from './registry.ts';\nexport class PortError extends Error { registry: Registry | null = null }",
  'programme/rule.ts': "import { hash } from 'node:crypto';\nimport { z } from 'zod';\nimport type { Card } from '../schemas/generated/types.ts';\nexport const rule = (card: Card) => [hash, z, card];",
  'topology/graph.ts': 'export const graph = {};',
  'topology/check.ts': "import { graph } from './graph.ts';\nexport const check = [graph];",
  'processors/ledger-entry.ts': "import { rule } from '../programme/rule.ts';\nexport const entry = [rule];",
  'processors/enrol.ts': "import { serde } from '../schemas/serde.ts';\nimport { graph } from '../topology/graph.ts';\nimport { PortError } from '../ports/error.ts';\nexport const enrol = [serde, graph, PortError];",
  'stores/redis/store.ts': "import { Redis } from 'ioredis';\nimport { entry } from '../../processors/ledger-entry.ts';\nexport const store = [Redis, entry];",
  'log/kafka/log.ts': "import kafkajs from 'kafkajs';\nimport { PortError } from '../../ports/error.ts';\nexport const log = [kafkajs, PortError];",
  'registry/confluent-registry.ts': "import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';\nexport const registry = [SchemaRegistry];",
  'runtime/task.ts': "import { enrol } from '../processors/enrol.ts';\nexport const task = [enrol];",
  'cli/run.ts': "import { Command } from 'commander';\nimport { task } from '../runtime/task.ts';\nimport { log } from '../log/kafka/log.ts';\nimport { store } from '../stores/redis/store.ts';\nexport const run = [Command, task, log, store];",
  'test/any.test.ts': "import fc from 'fast-check';\nimport kafkajs from 'kafkajs';\nimport { run } from '../cli/run.ts';\nexport const any = [fc, kafkajs, run];",
};

/** The file, its text, and the rules that must find it. */
const FAULTS: readonly (readonly [file: string, text: string, rules: readonly string[]])[] = [
  ['programme/outward.ts', "import { entry } from '../processors/ledger-entry.ts';\nexport const a = [entry];", ['programme-imports-inward']],
  ['programme/type-only.ts', "import type { Registry } from '../ports/registry.ts';\nexport type A = Registry;", ['programme-imports-inward']],
  ['programme/clock.ts', "import { setTimeout } from 'node:timers';\nexport const a = [setTimeout];", ['rules-are-pure']],
  ['programme/package.ts', "import { pino } from 'pino';\nexport const a = [pino];", ['rules-are-pure']],
  ['ports/code.ts', "import { rule } from '../programme/rule.ts';\nexport const a = [rule];", ['ports-imports-types-only']],
  ['topology/bound.ts', "import { join } from 'node:path';\nexport const a = [join];", ['graph-is-data']],
  ['schemas/outward.ts', "import type { PortError } from '../ports/error.ts';\nexport type A = PortError;", ['schemas-imports-inward']],
  ['processors/adapter.ts', "import { store } from '../stores/redis/store.ts';\nexport const a = [store];", ['processors-imports-inward']],
  ['feeds/code.ts', "import { PortError } from '../ports/error.ts';\nexport const a = [PortError];", ['feeds-imports-types-only']],
  ['generate/outward.ts', "import type { enrol } from '../processors/enrol.ts';\nexport type A = typeof enrol;", ['generate-imports-inward']],
  ['stores/processor.ts', "import { enrol } from '../processors/enrol.ts';\nexport const a = [enrol];", ['stores-imports-inward']],
  ['stores/memory/redis.ts', "import { Redis } from 'ioredis';\nexport const a = [Redis];", ['only-where-it-belongs-ioredis']],
  ['stores/kafka.ts', "import type { Kafka } from 'kafkajs';\nexport type A = Kafka;", ['only-where-it-belongs-kafkajs']],
  ['log/rule.ts', "import { rule } from '../programme/rule.ts';\nexport const a = [rule];", ['log-imports-inward']],
  ['log/kafka/registry-client.ts', "import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';\nexport const a = [SchemaRegistry];",
    ['only-where-it-belongs-@kafkajs/confluent-schema-registry']],
  ['runtime/adapter.ts', "import { log } from '../log/kafka/log.ts';\nexport const a = [log];", ['runtime-imports-inward']],
  ['runtime/cli.ts', "import type { run } from '../cli/run.ts';\nexport type A = typeof run;", ['nobody-imports-cli', 'runtime-imports-inward']],
  ['cli/test.ts', "import { any } from '../test/any.test.ts';\nexport const a = [any];", ['no-tests-in-the-program']],
  ['cli/dev.ts', "import fc from 'fast-check';\nexport const a = [fc];", ['no-dev-packages-in-the-program']],
  ['cli/nothing.ts', "import { a } from './no-such-file.ts';\nexport const b = [a];", ['not-unresolvable']],
  ['helpers/new.ts', "import { rule } from '../programme/rule.ts';\nexport const a = [rule];", ['every-folder-is-a-layer']],
  ['processors/orphan.ts', 'export const a = 1;', ['no-orphans']],
  ['processors/chicken.ts', "import { egg } from './egg.ts';\nexport const chicken = () => egg;", ['no-cycles']],
  ['processors/egg.ts', "import { chicken } from './chicken.ts';\nexport const egg = () => chicken;", ['no-cycles']],
  ['processors/type-cycle.ts', "import type { B } from './type-cycle-back.ts';\nexport interface A { readonly b: B }", ['no-cycles']],
  ['processors/type-cycle-back.ts', "import type { A } from './type-cycle.ts';\nexport interface B { readonly a: A }", ['no-cycles']],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
  /** A cycle is reported once, with its members. */
  readonly cycle?: readonly { readonly name: string }[];
}

const FOLDERS = ['programme', 'ports', 'topology', 'schemas', 'processors', 'feeds', 'generate', 'stores', 'log', 'registry', 'runtime', 'cli', 'helpers', 'test'];
const tree = mkdtempSync(join(tmpdir(), 'imports-'));
const found = new Map<string, Set<string>>();

beforeAll(async () => {
  const planted = FAULTS.map(([file, text]) => [file, text] as const);
  for (const [file, text] of [...Object.entries(SOUND), ...planted]) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), `${text}\n`);
  }
  for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(tree, file));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  const { stdout } = await promisify(execFile)(process.execPath, [CRUISE, '--output-type', 'json', ...FOLDERS], { cwd: tree, maxBuffer: 2 ** 26 })
    .catch((error: unknown) => error as { stdout: string }); // it exits with the number of faults
  const { summary } = JSON.parse(stdout) as { readonly summary: { readonly violations: readonly Violation[] } };
  for (const { from, rule, cycle = [] } of summary.violations) {
    for (const file of [from, ...cycle.map(({ name }) => name)]) {
      found.set(file, (found.get(file) ?? new Set()).add(rule.name));
    }
  }
});

afterAll(() => { rmSync(tree, { recursive: true }); });

it.each(FAULTS)('%s is caught', (file, _, rules) => { expect([...found.get(file) ?? []].sort()).toEqual(rules); });

it.each(Object.keys(SOUND))('%s is right', (file) => { expect([...found.get(file) ?? []]).toEqual([]); });
