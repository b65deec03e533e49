import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** How far a notebook has got: a bar with one part a cell, the cell's number and its first line. */
export function Progress(props: {
  /** Zero-based index of the cell that runs. */
  cell: number;
  /** How many there are; 0 while nobody knows. */
  cells: number;
  title: string;
  /** What runs. */
  label: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { cell, cells, title, label, trans } = props;
  const place =
    cells > 0
      ? trans.__('cell %1 of %2', cell + 1, cells)
      : trans.__('starting');
  return (
    <div className="jp-Nbops-progress">
      <div
        className={`jp-Nbops-bar ${cells > 0 ? '' : 'jp-mod-unsure'}`}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={cells || undefined}
        aria-valuenow={cells > 0 ? cell : undefined}
        aria-valuetext={[place, title].filter(Boolean).join(': ')}
      >
        <span style={cells > 0 ? { width: `${(100 * cell) / cells}%` } : {}} />
      </div>
      <div className="jp-Nbops-progressText" title={title}>
        <span>{place}</span>
        {title && <code>{title}</code>}
      </div>
    </div>
  );
}
