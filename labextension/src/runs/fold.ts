import type { IRun } from '../client/wire';

/** Runs of one cell: the latest on top, the earlier ones folded under it. */
export interface IFold {
  /** Stays the same while the cell is run again. */
  key: string;
  latest: IRun;
  earlier: IRun[];
}

/** Runs of one notebook. */
export interface IGroup {
  /** The notebook, or empty for runs that have none. */
  notebook: string;
  /** Whether it is the notebook in front. */
  here: boolean;
  folds: IFold[];
}

/** Fold the re-runs of each cell into one row. *runs* are latest first; so are the rows. */
export function fold(runs: readonly IRun[]): IFold[] {
  const rows = new Map<string, IFold>();
  for (const run of runs) {
    const key = run.cell ? `${run.notebook ?? ''}#${run.cell}` : run.run_id;
    const row = rows.get(key);
    if (row) {
      row.earlier.push(run);
    } else {
      rows.set(key, { key, latest: run, earlier: [] });
    }
  }
  return [...rows.values()];
}

/** Group *runs* by notebook: the one in front first, then by the latest run. */
export function group(
  here: readonly IRun[],
  everywhere: readonly IRun[],
  front: string
): IGroup[] {
  const known = new Set(here.map(run => run.run_id));
  const others = new Map<string, IRun[]>();
  for (const run of everywhere) {
    if (known.has(run.run_id)) {
      continue;
    }
    const notebook = run.notebook ?? '';
    others.set(notebook, [...(others.get(notebook) ?? []), run]);
  }
  const groups = [...others].map(([notebook, runs]) => ({
    notebook,
    here: false,
    folds: fold(runs)
  }));
  return here.length || front
    ? [{ notebook: front, here: true, folds: fold(here) }, ...groups]
    : groups;
}
