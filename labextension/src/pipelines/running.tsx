import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IRunning } from '../client/wire';
import { IconButton } from '../sections/parts';
import { Status } from '../sections/status';
import { plain, span } from '../sections/words';
import { Progress } from './progress';

/** A pipeline that runs now: how far it is, for how long, and a way to stop it. */
export function RunningRow(props: {
  running: IRunning;
  /** Seconds since it began. */
  elapsed: () => number;
  trans: TranslationBundle;
  onCancel: () => void;
  onOpen?: () => void;
}): JSX.Element {
  const { running, trans, onOpen } = props;
  const cancelling = running.state === 'cancelling';
  const attempt = running.attempt ?? 1;
  const given = Object.entries(running.parameters ?? {})
    .map(([name, value]) => `${name} = ${plain(value)}`)
    .join(', ');
  const [, tick] = React.useReducer((ticks: number) => ticks + 1, 0);
  React.useEffect(() => {
    const clock = setInterval(tick, 1000);
    return () => clearInterval(clock);
  }, []);
  return (
    <li className="jp-Nbops-row jp-mod-running" data-run={running.run}>
      <div className="jp-Nbops-rowHead">
        <Status status="RUNNING" trans={trans} />
        <button
          type="button"
          className="jp-Nbops-rowName"
          title={trans.__('Open %1', running.path)}
          disabled={!onOpen}
          onClick={onOpen}
        >
          {running.pipeline}
        </button>
        {attempt > 1 && (
          <span className="jp-Nbops-chip">
            {trans.__('attempt %1', attempt)}
          </span>
        )}
        <IconButton
          icon={closeIcon}
          label={
            cancelling
              ? trans.__('%1 is being cancelled', running.pipeline)
              : trans.__('Cancel %1', running.pipeline)
          }
          disabled={cancelling}
          onClick={props.onCancel}
        />
      </div>
      {given && (
        <div className="jp-Nbops-given" title={given}>
          {given}
        </div>
      )}
      <Progress
        cell={running.cell}
        cells={running.cells}
        title={running.title}
        remark={cancelling ? trans.__('cancelling…') : undefined}
        since={span(props.elapsed())}
        label={running.pipeline}
        trans={trans}
      />
    </li>
  );
}
