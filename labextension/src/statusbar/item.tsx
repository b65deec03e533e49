import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IStatus } from '../client/wire';

/** What waits and what alarms, in the status bar. */
export function Item(props: {
  status: IStatus | null;
  trans: TranslationBundle;
  onOpen: () => void;
}): JSX.Element | null {
  const { status, trans, onOpen } = props;
  if (!status || !needsAttention(status)) {
    return null;
  }
  const parts = [
    status.alerts > 0 &&
      trans._n('%1 drift alert', '%1 drift alerts', status.alerts),
    status.pending > 0 &&
      trans._n('%1 run waiting', '%1 runs waiting', status.pending)
  ];
  return (
    <button
      type="button"
      className={`jp-Nbops-statusItem ${status.alerts > 0 ? 'jp-mod-alert' : ''}`}
      title={trans.__('Open the nbops sidebar')}
      onClick={onOpen}
    >
      {parts.filter(Boolean).join(' · ')}
    </button>
  );
}

/** Whether there is something that a person should know of. */
export function needsAttention(status: IStatus | null): boolean {
  return Boolean(status && (status.pending > 0 || status.alerts > 0));
}
