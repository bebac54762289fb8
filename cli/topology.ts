/**
 * `tornaconto topology`: the graph as text, then as a Mermaid drawing. Needs no server and no configuration.
 */
import { Command } from 'commander';
import { renderMarkdown } from '../topology/render-markdown.ts';
import { renderMermaid } from '../topology/render-mermaid.ts';
import { renderText } from '../topology/render-text.ts';
import { TOPOLOGY } from '../topology/topology.ts';

export function topologyCommand(): Command {
  return new Command('topology')
    .description('show the graph of processors, stores and topics, as text and Mermaid')
    .option('--markdown', 'as Markdown, for a README')
    .action(({ markdown }: { markdown?: true }) => {
      process.stdout.write(markdown ? renderMarkdown(TOPOLOGY) : `${renderText(TOPOLOGY)}\n${renderMermaid(TOPOLOGY)}`);
    });
}
