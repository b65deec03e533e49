import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** How far a notebook has got: a bar with one part a cell, the cell's number and its first line. */
export function Progress(props: {
  /** Zero-based index of the cell that runs. */
  cell: number;
  /** How many there are; 0 while nobody knows. */
  cells: number;
  title: string;
  /** What is said in the title's place. */
  remark?: string;
  /** For how long, as a clock. */
  since?: string;
  /** What runs. */
  label: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { cell, cells, title, remark, since, label, trans } = props;
  const place =
    cells > 0
      ? trans.__('cell %1 of %2', cell + 1, cells)
      : (remark ?? trans.__('starting…'));
  const what = remark ?? title;
  return (
    <div className="jp-Nbops-progress">
      <div
        className={`jp-Nbops-bar ${cells > 0 ? '' : 'jp-mod-unsure'}`}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={cells || undefined}
        aria-valuenow={cells > 0 ? cell : undefined}
        aria-valuetext={[place, cells > 0 ? what : '']
          .filter(Boolean)
          .join(': ')}
      >
        <span style={cells > 0 ? { width: `${(100 * cell) / cells}%` } : {}} />
      </div>
      <div className="jp-Nbops-progressText" title={title}>
        <span>{[place, since].filter(Boolean).join(' · ')}</span>
        {cells > 0 && remark && <em>{remark}</em>}
        {cells > 0 && !remark && title && <code>{title}</code>}
      </div>
    </div>
  );
}
