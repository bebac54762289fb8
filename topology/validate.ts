/**
 * What is wrong with a topology: every problem, in words; none for a sound one.
 *
 * Each check names what would go wrong in a running system if the graph broke it.
 */
import type { Edge, ProcessorSpec } from './processors.ts';
import { cyclesOf, loopsWithoutCycle } from './cycles.ts';
import type { Topology } from './topology.ts';

export function validate(topology: Topology): string[] {
  return [
    ...unknownNames(topology),
    ...Object.entries(topology.processors).flatMap(([name, processor]) => [
      ...triggerProblems(name, processor),
      ...lookupProblems(name, processor),
      ...partitionProblems(name, processor, topology),
    ]),
    ...storeProblems(topology),
    ...topicProblems(topology),
    ...cyclesOf(topology).map((cycle) => `cycle without a loop edge that says what ends it: ${cycle.join(' → ')}`),
    ...loopsWithoutCycle(topology).map((edge) => `${edge} is called a loop, but is on no cycle`),
  ];
}

function unknownNames({ topics, stores, processors }: Topology): string[] {
  const known = { topic: topics, store: stores } as const;
  const check = (kind: 'topic' | 'store', name: string, where: string): string[] =>
    Object.hasOwn(known[kind], name) ? [] : [`${where}: there is no ${kind} ${name}`];
  return [
    ...Object.entries(processors).flatMap(([processor, { edges }]) => edges.flatMap((edge) =>
      'topic' in edge ? check('topic', edge.topic, processor) : check('store', edge.store, processor))),
    ...Object.entries(stores).flatMap(([store, { foldOf }]) => check('topic', foldOf, `store ${store}`)),
    ...Object.entries(topics).flatMap(([topic, { partitions }]) =>
      partitions.rule === 'equal' ? check('topic', partitions.to, `partitions of ${topic}`)
        : partitions.rule === 'at-least' ? check('topic', partitions.of, `partitions of ${topic}`) : []),
  ];
}

/** Without a source nothing would call the processor; with two, its position would not be one number. */
function triggerProblems(name: string, { edges, punctuator }: ProcessorSpec): string[] {
  const sources = edges.filter((edge) => edge.kind === 'source').length;
  if (sources > 1) return [`${name} has ${sources} sources: a position is of one`];
  if (sources === 1 && punctuator !== undefined) return [`${name} has both a source and a punctuator`];
  return sources === 0 && punctuator === undefined ? [`${name} has neither a source nor a punctuator`] : [];
}

/** What is read across partitions is there or not there by chance, unless the reader waits. */
function lookupProblems(name: string, { edges }: ProcessorSpec): string[] {
  return edges.flatMap((edge) => {
    if (edge.kind !== 'lookup') return [];
    const looked = 'store' in edge ? edge.store : edge.topic;
    if (edge.blocksUntil.trim() === '') return [`${name} looks ${looked} up without saying what it waits for`];
    const own = 'store' in edge && edges.some((other) => other.kind === 'state' && other.store === edge.store);
    return own ? [`${name} looks its own state ${looked} up`] : [];
  });
}

function partitionProblems(name: string, { edges }: ProcessorSpec, { topics }: Topology): string[] {
  const source = sourceOf(edges);
  return edges.flatMap((edge) => {
    if (edge.kind !== 'sink') return [];
    const rule = topics[edge.topic]?.partitions;
    if (rule === undefined) return [];
    const follows = (rule.rule === 'equal' && rule.to === source) || (rule.rule === 'at-least' && rule.of === source);
    if (edge.partition === 'co-partitioned' && !follows) {
      return [`${name} writes ${edge.topic} co-partitioned, but its partitions do not follow those of its source`];
    }
    return edge.partition === 'only' && rule.rule !== 'one' ? [`${name} writes the only partition of ${edge.topic}, which may have more`] : [];
  });
}

/** A store is one writer's fold of a topic that stays: otherwise a rebuild would not give the same again. */
function storeProblems({ topics, stores, processors }: Topology): string[] {
  return Object.entries(stores).flatMap(([store, { foldOf }]) => {
    const problems: string[] = [];
    const writers = Object.entries(processors).filter(([, { edges }]) =>
      edges.some((edge) => edge.kind === 'state' && edge.store === store));
    if (writers.length !== 1) {
      problems.push(`store ${store} has ${writers.length} writers (${writers.map(([name]) => name).join(', ')}): it needs one`);
    }
    for (const [name, { edges }] of writers) {
      if (sourceOf(edges) !== foldOf) problems.push(`store ${store} is not co-partitioned with the source of ${name}: it folds ${foldOf}`);
    }
    const topic = topics[foldOf];
    if (topic && topic.partitions.rule !== 'fixed') problems.push(`store ${store} folds ${foldOf}, whose partitions are not fixed`);
    if (topic && topic.retention !== 'for-ever') problems.push(`store ${store} folds ${foldOf}, which is not kept for ever`);
    return problems;
  });
}

function topicProblems({ topics, processors }: Topology): string[] {
  const edges = Object.values(processors).flatMap((processor): readonly Edge[] => processor.edges);
  return Object.entries(topics).flatMap(([topic, { role }]) => {
    const of = edges.filter((edge) => 'topic' in edge && edge.topic === topic);
    const written = of.some((edge) => edge.kind === 'sink' || edge.kind === 'tick');
    // A tick is read in its acknowledgement; what is read back is read by its writer.
    const read = of.some((edge) => edge.kind !== 'sink' || edge.readBack === true);
    if (role === 'input') {
      return [...(written ? [`input topic ${topic} is written by us`] : []), ...(read ? [] : [`nobody reads input topic ${topic}`])];
    }
    if (!written) return [`nobody writes ${role} topic ${topic}`];
    return role === 'internal' && !read ? [`nobody reads internal topic ${topic}`] : [];
  });
}

function sourceOf(edges: readonly Edge[]): string | undefined {
  return edges.find((edge) => edge.kind === 'source')?.topic;
}
