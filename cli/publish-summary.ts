/**
 * What `publish` did, as people read it: a line a file, and the first refused lines of each.
 */
import { csvPath, type FileReport, type SurveyedFile } from '../publish/report.ts';

const COUNT = new Intl.NumberFormat('en');

export function publishSummary(reports: readonly FileReport[], surveyed: readonly SurveyedFile[], reportDir: string | null): string {
  return reports.flatMap((report, i) => [lineOf(report), ...examplesOf(report, surveyed[i], reportDir)]).join('\n');
}

function lineOf({ file, lines: { read, sent, alreadyThere, refused, unsent }, refusedWhole }: FileReport): string {
  if (refusedWhole !== null) return refusedWhole.message;
  const parts = [[read, 'lines'], [sent, 'sent'], [alreadyThere, 'already there'], [refused, 'refused'], [unsent, 'not sent']] as const;
  const shown = parts.filter(([count], i) => i < 2 || count > 0);
  return `${file}: ${shown.map(([count, what]) => `${COUNT.format(count)} ${what}`).join(', ')}`;
}

function examplesOf({ file, lines: { refused } }: FileReport, surveyed: SurveyedFile | undefined, reportDir: string | null): string[] {
  const examples = surveyed?.examples ?? [];
  const more = refused - examples.length;
  const where = reportDir === null ? '--report DIR writes them all' : csvPath(reportDir, file);
  return [
    ...examples.map(({ line, reason, field }) => `  line ${line}: ${reason}${field === null ? '' : ` (${field})`}`),
    ...(more > 0 ? [`  and ${COUNT.format(more)} more: ${where}`] : []),
  ];
}
