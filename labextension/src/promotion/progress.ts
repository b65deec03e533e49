/** How far a proof has got. */
export interface IProgress {
  /** What is done, in a few words. */
  what: string;
  /** The cell that runs, from 1. */
  cell: number;
  cells: number;
  /** Its first line. */
  title: string;
}

const SPAN = / · [\d:]+$/;
const LINE =
  /^(?<what>.+): cell (?<cell>\d+)\/(?<cells>\d+)(?: · (?<title>.*))?$/;

/** Read what a verb writes about itself; null for a line that tells no progress. */
export function readProgress(line: string): IProgress | null {
  const found = LINE.exec(line.trim().replace(SPAN, ''))?.groups;
  return found
    ? {
        what: found.what,
        cell: Number(found.cell),
        cells: Number(found.cells),
        title: found.title ?? ''
      }
    : null;
}
