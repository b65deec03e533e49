import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { RunStatus } from '../client/wire';

const SHAPES: Record<RunStatus, string> = {
  FINISHED: 'M3.6 8.4l2.9 2.9 6-6.2',
  FAILED: 'M4.6 4.6l6.8 6.8M11.4 4.6l-6.8 6.8',
  KILLED: 'M4.5 8h7',
  RUNNING: 'M8 2.6a5.4 5.4 0 1 1-5.4 5.4'
};

/** A run's status as an icon that differs in shape, not only in colour. */
export function Status(props: {
  status: RunStatus;
  trans: TranslationBundle;
}): JSX.Element {
  const { status, trans } = props;
  const said = {
    FINISHED: trans.__('Finished'),
    FAILED: trans.__('Failed'),
    KILLED: trans.__('Killed'),
    RUNNING: trans.__('Running')
  }[status];
  return (
    <span
      className={`jp-Nbops-status jp-mod-${status.toLowerCase()}`}
      role="img"
      aria-label={said}
      title={said}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={SHAPES[status] ?? SHAPES.RUNNING} />
      </svg>
    </span>
  );
}
