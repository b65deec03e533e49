import type { IColumn, IReport } from '../client/wire';

const HOTTEST = 3;
const FAINTEST = 0.08;

/** How far a column moved, from 0 to 1: its statistic over its threshold, full at three times the threshold. */
export function warmth(column: IColumn): number {
  const ratio = (column.statistic ?? 0) / (column.threshold || 1);
  const heat = Number.isFinite(ratio)
    ? Math.min(Math.max(ratio / HOTTEST, 0), 1)
    : 0;
  return column.drifted
    ? Math.max(heat, 0.45)
    : Math.min(Math.max(heat, FAINTEST), 0.4);
}

/** Names of the *most* columns that moved farthest in any of the reports; none that never drifted. */
export function warmest(reports: readonly IReport[], most: number): string[] {
  const heats = new Map<string, number>();
  for (const column of reports.flatMap(report => report.columns)) {
    if (column.drifted) {
      const ratio = (column.statistic ?? 0) / (column.threshold || 1);
      heats.set(column.name, Math.max(ratio, heats.get(column.name) ?? 0));
    }
  }
  return [...heats]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name]) => name);
}
