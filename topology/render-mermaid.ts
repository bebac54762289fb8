/**
 * The topology as a Mermaid flowchart: topics are parallelograms, stores cylinders, processors boxes; a dotted arrow
 * is a lookup that waits, a thick one closes a loop.
 */
import type { Edge } from './processors.ts';
import type { Topology } from './topology.ts';

export function renderMermaid({ topics, stores, processors }: Topology): string {
  return [
    'flowchart LR',
    ...Object.entries(topics).map(([name, { role }]) => `  ${topicId(name)}[/"${name}"/]${role === 'internal' ? ':::internal' : ''}`),
    ...Object.keys(stores).map((name) => `  ${storeId(name)}[("${name}")]`),
    ...Object.keys(processors).map((name) => `  ${processorId(name)}["${name}"]:::processor`),
    ...Object.entries(processors).flatMap(([name, { edges }]) => edges.map((edge) => `  ${arrow(processorId(name), edge)}`)),
    '  classDef processor stroke-width:3px',
    '  classDef internal stroke-dasharray:4',
  ].join('\n') + '\n';
}

function arrow(processor: string, edge: Edge): string {
  const node = 'topic' in edge ? topicId(edge.topic) : storeId(edge.store);
  switch (edge.kind) {
    case 'source': return `${node} --> ${processor}`;
    case 'state': return `${processor} <--> ${node}`;
    case 'tick': return `${processor} -- time --> ${node}`;
    case 'lookup': return `${node} -. waits .-> ${processor}`;
    case 'sink': return edge.loop === undefined ? `${processor} --> ${node}` : `${processor} == markers ==> ${node}`;
  }
}

/** Prefixes keep a store apart from a topic of its name, and from Mermaid's own words. */
function topicId(name: string): string { return `topic_${idOf(name)}`; }
function storeId(name: string): string { return `store_${idOf(name)}`; }
function processorId(name: string): string { return `processor_${idOf(name)}`; }
function idOf(name: string): string { return name.replaceAll(/[^A-Za-z0-9]/g, '_'); }
