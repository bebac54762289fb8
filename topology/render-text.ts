/**
 * The topology as text, for a terminal of 110 columns.
 */
import type { Edge, ProcessorSpec } from './processors.ts';
import type { PartitionsRule, TopicSpec } from './topics.ts';
import type { Topology } from './topology.ts';

export function renderText({ topics, stores, processors }: Topology): string {
  return [
    'Processors (one task a partition of the source)',
    ...Object.entries(processors).flatMap(([name, processor]) => ['', ...processorLines(name, processor)]),
    '',
    'Stores (a shard is the fold of a partition)',
    '',
    ...columns(Object.entries(stores).map(([name, { foldOf, holds }]) => [name, `fold of ${foldOf}: ${holds}`])),
    '',
    'Topics',
    '',
    ...columns([
      ['name', 'role', 'value', 'partitions', 'kept', 'time'],
      ...Object.entries(topics).map(([name, topic]) => topicRow(name, topic)),
    ]),
  ].join('\n') + '\n';
}

function processorLines(name: string, { does, punctuator, edges }: ProcessorSpec): string[] {
  return [
    `  ${name}: ${does}`,
    ...(punctuator === undefined ? [] : [`    at      ${punctuator}`]),
    ...edges.flatMap(edgeLines),
  ];
}

function edgeLines(edge: Edge): string[] {
  const line = (text: string): string => `    ${edge.kind.padEnd(8)}${text}`;
  switch (edge.kind) {
    case 'source': return [line(`${edge.topic}, from ${edge.readFrom}`)];
    case 'state': return [line(`store ${edge.store}, co-partitioned`)];
    case 'tick': return [line(`${edge.topic}, for the time of the broker`)];
    case 'lookup': return [
      line(`${'store' in edge ? `store ${edge.store}` : edge.topic}, ${edge.readFrom}`),
      `            waits until ${edge.blocksUntil}`,
    ];
    case 'sink': return [
      line(`${edge.topic}, ${PARTITION_WORDS[edge.partition]}${edge.readBack ? '; read back first' : ''}`),
      ...(edge.loop === undefined ? [] : [`            loop: ${edge.loop}`]),
    ];
  }
}

const PARTITION_WORDS = {
  'co-partitioned': 'co-partitioned',
  shard: "the citizen's shard",
  key: 'by key',
  only: 'its only partition',
  each: 'each partition',
} as const;

function topicRow(name: string, topic: TopicSpec): string[] {
  return [name, topic.role, topic.value ?? '-', partitionsText(topic.partitions), keptText(topic), timeText(topic)];
}

function partitionsText(partitions: PartitionsRule): string {
  switch (partitions.rule) {
    case 'one': return '1';
    case 'any': return `any (${partitions.made})`;
    case 'fixed': return `fixed (${partitions.made})`;
    case 'equal': return `= ${partitions.to}`;
    case 'at-least': return `>= ${partitions.of}`;
  }
}

function keptText({ retention }: TopicSpec): string {
  switch (retention) {
    case 'for-ever': return 'for ever';
    case 'operator': return "operator's choice";
    case 'newest': return 'newest of a key';
    default: return `${retention / 3_600_000} h`;
  }
}

function timeText({ time }: TopicSpec): string {
  return time === 'arrival' ? 'as ARRIVAL' : time === 'broker' ? "broker's" : '-';
}

/** Rows of text, each column as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd());
}
