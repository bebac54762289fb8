/**
 * The whole graph: topics, stores and processors together.
 */
import { PROCESSORS, STORES, type ProcessorSpec, type StoreSpec } from './processors.ts';
import { TOPICS, type TopicSpec } from './topics.ts';

/** Any graph, sound or not. */
export interface Topology {
  readonly topics: Readonly<Record<string, TopicSpec>>;
  readonly stores: Readonly<Record<string, StoreSpec>>;
  readonly processors: Readonly<Record<string, ProcessorSpec>>;
}

/** Ours. */
export const TOPOLOGY = { topics: TOPICS, stores: STORES, processors: PROCESSORS } as const satisfies Topology;
