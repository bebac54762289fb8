/**
 * Text and drawing as one piece of Markdown, as the README has it between its `topology` marks.
 */
import { renderMermaid } from './render-mermaid.ts';
import { renderText } from './render-text.ts';
import type { Topology } from './topology.ts';

export function renderMarkdown(topology: Topology): string {
  return `\`\`\`text\n${renderText(topology)}\`\`\`\n\n\`\`\`mermaid\n${renderMermaid(topology)}\`\`\`\n`;
}
