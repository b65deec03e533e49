import type {
  IExplainedCell,
  IExplanation,
  IKeptCell,
  IPipeline
} from '../client/wire';

/** A kept execution, or neighbours that are left out. */
export type Entry =
  | { kept: true; cell: IExplainedCell }
  | { kept: false; cells: IExplainedCell[] };

/** Put kept and dropped executions into the order in which they ran; dropped neighbours become one entry. */
export function inOrder(
  explanation: Pick<IExplanation, 'kept' | 'dropped'>
): Entry[] {
  const kept = new Set(explanation.kept);
  const all = [...explanation.kept, ...explanation.dropped];
  const entries: Entry[] = [];
  for (const cell of all.sort((one, other) => one.index - other.index)) {
    const last = entries[entries.length - 1];
    if (kept.has(cell)) {
      entries.push({ kept: true, cell });
    } else if (last && !last.kept) {
      last.cells.push(cell);
    } else {
      entries.push({ kept: false, cells: [cell] });
    }
  }
  return entries;
}

/** What a pipeline tells of its cells, as a promotion would explain it: the last one that is kept is the target. */
export function listed(
  pipeline: Pick<IPipeline, 'kept' | 'dropped'>
): Pick<IExplanation, 'kept' | 'dropped' | 'target'> {
  const kept = (pipeline.kept ?? []).map(explained);
  const dropped = (pipeline.dropped ?? []).map(explained);
  return { kept, dropped, target: Math.max(...kept.map(cell => cell.index)) };
}

function explained(cell: IKeptCell, place: number): IExplainedCell {
  const { index = cell.count ?? place + 1, lines = [], readers = [] } = cell;
  return { ...cell, index, lines, readers, edges: [] };
}

/** What people call an execution: its `In [n]`, or its place in the session. */
export function called(cell: IExplainedCell): string {
  return typeof cell.count === 'number'
    ? `[${cell.count}]`
    : `[#${cell.index}]`;
}

/** The first line of a cell that is not about tracking. */
export function firstLine(source: string): string {
  const lines = source.split('\n').filter(line => line.trim());
  const found = lines.find(line => !line.startsWith('%%')) ?? lines[0] ?? '';
  return lines.length > 1 ? `${found.trim()} …` : found.trim();
}

/** Why a cell stays or goes, one sentence each. */
export function reasonsOf(cell: IExplainedCell): string[] {
  const told = cell.edges.map(edge => edge.text.replace(/^kept: /, ''));
  return told.length > 0 ? told : (cell.reason ?? '').split('; ');
}

/** A piece of a sentence: words, a name, or what another execution is called. */
export interface IPiece {
  kind: 'words' | 'name' | 'cell';
  text: string;
}

/** Take a sentence apart at its `names` and its [n]. */
export function pieces(sentence: string): IPiece[] {
  return sentence
    .split(/(`[^`]+`|\[#?\d+\])/)
    .filter(Boolean)
    .map(part => {
      if (/^`[^`]+`$/.test(part)) {
        return { kind: 'name', text: part.slice(1, -1) };
      }
      return { kind: /^\[#?\d+\]$/.test(part) ? 'cell' : 'words', text: part };
    });
}
