/**
 * Imports point inward: rules know nothing of servers, and no module knows who calls it.
 *
 * `LAYERS` says what each folder may import beside itself; `PACKAGES` who may import a package that ties code to a
 * server or a terminal. What no table allows is an error. test/house/imports.test.ts plants faults and sees them caught.
 */

/** Generated types of the schemas, the only part of `schemas/` without code. */
const SCHEMA_TYPES = '^schemas/generated/';

/** Everything that neither acts nor reaches out. */
const PURE = ['^programme/', '^schemas/', '^topology/', '^ports/'];

/** Folder → paths that it may import as code (`code`) or as types only (`types`). */
const LAYERS = {
  programme: { code: [], types: [SCHEMA_TYPES] },
  ports: { code: [], types: ['^programme/', SCHEMA_TYPES] },
  topology: { code: [], types: [] },
  schemas: { code: [], types: ['^ports/registry[.]ts$'] },
  processors: { code: PURE, types: [] },
  feeds: { code: ['^programme/', '^schemas/'], types: ['^ports/'] },
  generate: { code: ['^programme/', '^runtime/random[.]ts$'], types: [SCHEMA_TYPES] },
  // Stores keep packed records as they come: the layout, and the order of ids, is all they know. Never totals.
  stores: { code: ['^ports/', '^processors/ledger-entry[.]ts$', '^programme/(holding|ranking|outcome)[.]ts$'], types: ['^programme/'] },
  log: { code: ['^ports/'], types: [] },
  registry: { code: ['^ports/'], types: [] },
  runtime: { code: ['^processors/', ...PURE], types: [] },
  // The whole pipeline in one process, over adapters in memory.
  embedded: { code: ['^runtime/', '^processors/', '^log/embedded/', '^stores/memory/', ...PURE], types: [] },
  // Rows and figures of a run, for files: embedded or not.
  reports: { code: ['^feeds/(csv-out|atomic-file)[.]ts$', '^processors/', ...PURE], types: [] },
  replay: { code: ['^embedded/', '^feeds/', '^reports/', '^runtime/random[.]ts$', '^processors/', ...PURE], types: [] },
  // Folds the log a second time, in memory, and compares.
  audit: { code: ['^processors/', '^stores/memory/', ...PURE], types: [] },
  // What a variable may hold is said where it is used, in modules that import nothing.
  config: { code: ['^programme/', '^topology/', '^log/kafka/broker-list[.]ts$', '^stores/redis/address[.]ts$'], types: [] },
  publish: { code: ['^feeds/', ...PURE], types: [] },
  // A running processor and what operators ask it.
  service: { code: ['^runtime/', '^processors/', ...PURE], types: [] },
};

/** Package → the files that may import it, so that another can take its place. */
const PACKAGES = {
  kafkajs: '^log/kafka/',
  ioredis: '^stores/redis/',
  '@kafkajs/confluent-schema-registry': '^registry/',
  avsc: '^schemas/',
  commander: '^cli/',
  'cli-progress': '^cli/',
  hono: '^service/',
  '@hono/node-server': '^service/',
  'prom-client': '^service/',
};

/** The pure rules may use these and nothing else from outside. */
const PACKAGES_OF_RULES = ['zod', 'temporal-polyfill', 'jsonc-parser'];

/** Not part of the program: they may import anything. */
const AROUND = '^(test|bench|demo|examples|scripts)/|^[^/]+$';

const packagePath = (name) => `(^|/)node_modules/${name.replace('/', '[/]')}/`;
const OURS = '^[a-z]+/.*[.](ts|js|cjs|avsc|lua|json)$';

const layerRules = Object.entries(LAYERS).flatMap(([folder, { code, types }]) => [
  {
    name: `${folder}-imports-inward`,
    comment: `${folder}/ may import: itself${[...code, ...types].map((path) => `, ${path}`).join('')}`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: OURS, pathNot: ['node_modules', `^${folder}/`, ...code, ...types] },
  },
  ...(types.length === 0 ? [] : [{
    name: `${folder}-imports-types-only`,
    comment: `${folder}/ may import from ${types.join(', ')} with \`import type\` only`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: types, pathNot: [`^${folder}/`, ...code], dependencyTypesNot: ['type-only'] },
  }]),
]);

const packageRules = Object.entries(PACKAGES).map(([name, path]) => ({
  name: `only-where-it-belongs-${name}`,
  comment: `${name} is imported by ${path} only (and by tests)`,
  severity: 'error',
  from: { pathNot: [path, AROUND] },
  to: { path: packagePath(name) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    ...packageRules,
    {
      name: 'rules-are-pure',
      comment: `programme/ imports no package but ${PACKAGES_OF_RULES.join(', ')}, and of Node only crypto: no clock, no I/O`,
      severity: 'error',
      from: { path: '^programme/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'core'], pathNot: [...PACKAGES_OF_RULES.map(packagePath), '^(node:)?crypto$'] },
    },
    {
      name: 'graph-is-data',
      comment: 'topology/ imports nothing: anything may read it',
      severity: 'error',
      from: { path: '^topology/' },
      to: { pathNot: '^topology/' },
    },
    {
      name: 'every-folder-is-a-layer',
      comment: 'a new folder says in LAYERS what it may import',
      severity: 'error',
      from: { pathNot: [`^(${[...Object.keys(LAYERS), 'cli'].join('|')})/`, AROUND, 'node_modules'] },
      to: {},
    },
    {
      name: 'nobody-imports-cli',
      comment: 'cli/ wires all and is known to nobody',
      severity: 'error',
      from: { pathNot: ['^cli/', AROUND] },
      to: { path: '^cli/' },
    },
    {
      name: 'no-tests-in-the-program',
      comment: 'what surrounds the program is no part of it',
      severity: 'error',
      from: { pathNot: AROUND },
      to: { path: '^(test|bench|demo|examples)/' },
    },
    {
      name: 'no-dev-packages-in-the-program',
      comment: 'it would be missing once installed: move it to dependencies',
      severity: 'error',
      from: { pathNot: AROUND },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'neither half of a cycle can be understood alone; types count too',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'a module that nothing imports and that imports nothing is dead, unless it is run by name',
      severity: 'error',
      from: { orphan: true, pathNot: [AROUND, '[.]d[.]ts$'] },
      to: {},
    },
    {
      name: 'not-unresolvable',
      comment: 'a module or package that is not there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Imports of types bind layers as imports of code do.
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|demo/out|coverage)/' },
    skipAnalysisNotInRules: true,
  },
};
