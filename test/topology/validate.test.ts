/**
 * Our topology is sound; and each check sees the graph that breaks it (the control), and only it.
 */
import { describe, expect, it } from 'vitest';
import type { Edge } from '../../topology/processors.ts';
import { TOPOLOGY, type Topology } from '../../topology/topology.ts';
import { validate } from '../../topology/validate.ts';

/** Small and sound: what the broken ones differ from. */
const SOUND: Topology = {
  topics: {
    in: { role: 'input', holds: '', key: null, value: null, partitions: { rule: 'fixed', made: 'CARD_PARTITIONS' }, time: 'any', cleanup: 'delete', retention: 'for-ever' },
    out: { role: 'output', holds: '', key: null, value: null, partitions: { rule: 'equal', to: 'in' }, time: 'any', cleanup: 'delete', retention: 'for-ever' },
  },
  stores: { sum: { holds: '', foldOf: 'in' } },
  processors: {
    add: {
      does: '',
      edges: [
        { kind: 'source', topic: 'in', readFrom: 'the position in sum' },
        { kind: 'state', store: 'sum', coPartitioned: true },
        { kind: 'sink', topic: 'out', partition: 'co-partitioned' },
      ],
    },
  },
};

const source = (topic: string): Edge => ({ kind: 'source', topic, readFrom: '' });
const sink = (topic: string): Edge => ({ kind: 'sink', topic, partition: 'key' });
const state = (store: string): Edge => ({ kind: 'state', store, coPartitioned: true });

function withTopic(name: string, change: Partial<Topology['topics'][string]>): Topology {
  return { ...SOUND, topics: { ...SOUND.topics, [name]: { ...SOUND.topics.in!, ...change } } };
}

function withProcessor(name: string, edges: readonly Edge[], punctuator?: string): Topology {
  const spec = { does: '', edges, ...(punctuator === undefined ? {} : { punctuator }) };
  return { ...SOUND, processors: { ...SOUND.processors, [name]: spec } };
}

const addEdges = SOUND.processors.add!.edges;

const BROKEN: readonly (readonly [what: string, Topology, problems: readonly string[]])[] = [
  ['an unknown topic', withProcessor('add', [...addEdges, sink('nowhere')]), ['add: there is no topic nowhere']],
  ['an unknown store', withProcessor('add', [...addEdges, { kind: 'lookup', store: 'nothing', coPartitioned: false, readFrom: '', blocksUntil: 'now' }]),
    ['add: there is no store nothing']],
  ['a fold of an unknown topic', { ...SOUND, stores: { sum: { holds: '', foldOf: 'nowhere' } } },
    ['store sum: there is no topic nowhere', 'store sum is not co-partitioned with the source of add: it folds nowhere']],
  ['partitions as many as an unknown topic', withTopic('out', { role: 'output', partitions: { rule: 'at-least', of: 'nowhere' } }),
    ['partitions of out: there is no topic nowhere', 'add writes out co-partitioned, but its partitions do not follow those of its source']],
  ['no source', withProcessor('idle', [sink('out')]), ['idle has neither a source nor a punctuator']],
  ['two sources', { ...withTopic('in2', { role: 'input' }), processors: withProcessor('add', [...addEdges, source('in2')]).processors },
    ['add has 2 sources: a position is of one']],
  ['a source and a punctuator', withProcessor('add', addEdges, 'noon'), ['add has both a source and a punctuator']],
  ['two writers of a store', withProcessor('rival', [source('in'), state('sum')]), ['store sum has 2 writers (add, rival): it needs one']],
  ['no writer of a store', { ...SOUND, stores: { ...SOUND.stores, idle: { holds: '', foldOf: 'in' } } }, ['store idle has 0 writers (): it needs one']],
  ['a store that is not co-partitioned', { ...withTopic('in2', { role: 'input' }), stores: { sum: { holds: '', foldOf: 'in2' } } },
    ['store sum is not co-partitioned with the source of add: it folds in2', 'nobody reads input topic in2']],
  ['a fold of a topic that may grow', withTopic('in', { partitions: { rule: 'any', made: 'CARD_PARTITIONS' } }),
    ['store sum folds in, whose partitions are not fixed']],
  ['a fold of a topic that forgets', withTopic('in', { retention: 1000 }), ['store sum folds in, which is not kept for ever']],
  ['a co-partitioned sink of another count', withTopic('out', { role: 'output', partitions: { rule: 'one' } }),
    ['add writes out co-partitioned, but its partitions do not follow those of its source']],
  ['the only partition of several', withProcessor('more', [source('in'), { kind: 'sink', topic: 'out', partition: 'only' }]),
    ['more writes the only partition of out, which may have more']],
  ['a lookup that does not wait', withProcessor('more', [source('in'), { kind: 'lookup', store: 'sum', coPartitioned: false, readFrom: '', blocksUntil: '' }]),
    ['more looks sum up without saying what it waits for']],
  ['a lookup of its own state', withProcessor('add', [...addEdges, { kind: 'lookup', store: 'sum', coPartitioned: false, readFrom: '', blocksUntil: 'now' }]),
    ['add looks its own state sum up', 'cycle without a loop edge that says what ends it: add → store sum → add']],
  ['an input that we write', withProcessor('more', [source('out'), sink('in')]),
    ['input topic in is written by us', 'cycle without a loop edge that says what ends it: in → add → out → more → in']],
  ['an input that nobody reads', withTopic('in2', { role: 'input' }), ['nobody reads input topic in2']],
  ['an output that nobody writes', withTopic('out2', { role: 'output' }), ['nobody writes output topic out2']],
  ['an internal topic that nobody reads', withTopic('out', { role: 'internal', partitions: { rule: 'equal', to: 'in' } }), ['nobody reads internal topic out']],
  ['a cycle', withProcessor('back', [source('out'), sink('out')]), ['cycle without a loop edge that says what ends it: out → back → out']],
  ['a loop that is none', withProcessor('more', [source('in'), { kind: 'sink', topic: 'out', partition: 'key', loop: 'why' }]),
    ['more → out is called a loop, but is on no cycle']],
];

describe('validate', () => {
  it('finds nothing wrong with ours', () => { expect(validate(TOPOLOGY)).toEqual([]); });

  it('finds nothing wrong with the small one that the broken ones differ from', () => { expect(validate(SOUND)).toEqual([]); });

  it.each(BROKEN)('names %s', (_, topology, problems) => { expect(validate(topology)).toEqual(problems); });

  it('accepts a cycle whose closing edge says what ends it', () => {
    expect(validate(withProcessor('back', [source('out'), { kind: 'sink', topic: 'out', partition: 'key', loop: 'once' }]))).toEqual([]);
  });

  it('would find our own cycle, markers to payouts, if its edge were not called a loop', () => {
    const edges = TOPOLOGY.processors.close.edges.map((edge: Edge) =>
      edge.kind === 'sink' && edge.topic === 'citizen-ledger' ? sink('citizen-ledger') : edge);
    const problems = validate({ ...TOPOLOGY, processors: { ...TOPOLOGY.processors, close: { ...TOPOLOGY.processors.close, edges } } });
    expect(problems).toEqual(['cycle without a loop edge that says what ends it: citizen-ledger → accrue → store citizen-totals → close → citizen-ledger']);
  });

  it('lists every problem of a graph, not the first', () => {
    const topology = { ...withTopic('in2', { role: 'input' }), processors: withProcessor('idle', [sink('nowhere')]).processors };
    expect(validate(topology)).toHaveLength(3);
  });
});
