/**
 * Cycles of a topology: records that make records for ever, unless an edge says what ends them.
 *
 * Not counted: a processor's own state and what it reads back (no new record comes of it), and edges called a loop.
 */
import type { Edge } from './processors.ts';
import type { Topology } from './topology.ts';

/** From a node to those that what it holds flows to. */
type Flow = ReadonlyMap<string, ReadonlySet<string>>;

/** One cycle for each node from which one is found first: names of nodes, the first again at the end. */
export function cyclesOf(topology: Topology): string[][] {
  const flow = flowOf(topology, (edge) => !isLoop(edge));
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) cycles.push([...path.slice(at), node]);
    if (at >= 0 || done.has(node)) return;
    for (const next of flow.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of flow.keys()) visit(node, []);
  return cycles;
}

/** Edges called a loop whose end does not lead back to their beginning. */
export function loopsWithoutCycle(topology: Topology): string[] {
  const flow = flowOf(topology, () => true);
  return Object.entries(topology.processors).flatMap(([name, { edges }]) => edges
    .filter((edge) => edge.kind === 'sink' && isLoop(edge))
    .filter((edge) => !reaches(flow, nodeOf(edge), name))
    .map((edge) => `${name} → ${nodeOf(edge)}`));
}

function flowOf({ processors }: Topology, counts: (edge: Edge) => boolean): Flow {
  const flow = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => { flow.set(from, (flow.get(from) ?? new Set()).add(to)); };
  for (const [name, { edges }] of Object.entries(processors)) {
    for (const edge of edges.filter(counts)) {
      if (edge.kind === 'source' || edge.kind === 'lookup') add(nodeOf(edge), name);
      else add(name, nodeOf(edge));
    }
  }
  return flow;
}

function reaches(flow: Flow, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const node of seen) {
    for (const next of flow.get(node) ?? []) seen.add(next);
  }
  return seen.has(to);
}

function isLoop(edge: Edge): boolean {
  return edge.kind === 'sink' && edge.loop !== undefined;
}

/** A store and a topic may have the same name. */
function nodeOf(edge: Edge): string {
  return 'topic' in edge ? edge.topic : `store ${edge.store}`;
}
