import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IStatus } from '../client/wire';

/** One line on top of the sidebar: what waits for MLflow. */
export function Pending(props: {
  status: IStatus | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { status, trans } = props;
  if (!status) {
    return <span />;
  }
  const waiting = trans._n(
    '%1 run waits for MLflow',
    '%1 runs wait for MLflow',
    status.pending
  );
  const said =
    status.pending > 0 ? waiting : trans.__('All recorded in MLflow');
  return (
    <span
      className="jp-Nbops-pending"
      role="status"
      title={`${said}\n${trans.__('Recorder: %1', status.recorder)}\nnbops ${status.version}`}
    >
      {status.exists ? said : trans.__('No runs here yet')}
    </span>
  );
}
