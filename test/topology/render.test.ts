/**
 * The drawing shows every node and edge; the README shows the drawing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { topologyCommand } from '../../cli/topology.ts';
import type { Edge } from '../../topology/processors.ts';
import { renderMarkdown } from '../../topology/render-markdown.ts';
import { renderMermaid } from '../../topology/render-mermaid.ts';
import { renderText } from '../../topology/render-text.ts';
import { TOPOLOGY } from '../../topology/topology.ts';

const EDGES = Object.values(TOPOLOGY.processors).flatMap((processor): readonly Edge[] => processor.edges);
const README = join(import.meta.dirname, '..', '..', 'README.md');

/** What stands between the marks, or null. */
function topologyOf(readme: string): string | null {
  return /<!-- topology -->\n([^]*?)<!-- \/topology -->/.exec(readme)?.[1]?.trim() ?? null;
}

describe('the text', () => {
  const lines = renderText(TOPOLOGY).split('\n');

  it('has a line for every edge', () => {
    expect(lines.filter((line) => /^ {4}(source|state|lookup|tick|sink) /.test(line))).toHaveLength(EDGES.length);
  });

  it('names every topic, store and processor', () => {
    for (const name of [TOPOLOGY.topics, TOPOLOGY.stores, TOPOLOGY.processors].flatMap((nodes) => Object.keys(nodes))) {
      expect(lines.some((line) => line.startsWith(`  ${name}`)), name).toBe(true);
    }
  });

  it('fits a terminal of 110 columns, without trailing blanks', () => {
    expect(lines.filter((line) => line.length > 110 || line !== line.trimEnd())).toEqual([]);
  });
});

describe('the Mermaid drawing', () => {
  const drawing = renderMermaid(TOPOLOGY);
  const ids = [...drawing.matchAll(/^ {2}(\w+)[[]/gm)].map((match) => match[1]!);

  it('declares every node once', () => {
    expect(ids).toHaveLength([TOPOLOGY.topics, TOPOLOGY.stores, TOPOLOGY.processors].flatMap((nodes) => Object.keys(nodes)).length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has an arrow for every edge, between declared nodes', () => {
    const arrows = [...drawing.matchAll(/^ {2}(\w+) (?:-->|<-->|-- \w+ -->|-\. \w+ \.->|== \w+ ==>) (\w+)$/gm)];
    expect(arrows).toHaveLength(EDGES.length);
    expect(arrows.flatMap(([, from, to]) => [from!, to!]).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('tornaconto topology', () => {
  it('takes no arguments but its option', () => {
    const command = topologyCommand().exitOverride().configureOutput({ writeErr: () => undefined });
    expect(() => command.parse(['more'], { from: 'user' })).toThrow(/too many arguments/);
  });
});

describe('the README', () => {
  const wrong = 'README.md lacks the topology: put the output of `npm run -s tornaconto -- topology --markdown` '
    + 'between <!-- topology --> and <!-- /topology -->';

  it.runIf(existsSync(README))('shows the topology between its marks', () => {
    expect(topologyOf(readFileSync(README, 'utf8')), wrong).toBe(renderMarkdown(TOPOLOGY).trim());
  });

  it('would be found out without it, or with another', () => {
    expect(topologyOf('# Tornaconto\n')).toBeNull();
    expect(topologyOf(`<!-- topology -->\n${renderMarkdown(TOPOLOGY)}<!-- /topology -->\n`)).toBe(renderMarkdown(TOPOLOGY).trim());
    expect(topologyOf('<!-- topology -->\nelse\n<!-- /topology -->\n')).not.toBe(renderMarkdown(TOPOLOGY).trim());
  });
});
