import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IRun } from '../client/wire';
import { promoteIcon, starEmptyIcon, starIcon } from '../icon';
import { Caret, IconButton } from '../sections/parts';
import { Status } from '../sections/status';
import { ago, figure, inFull } from '../sections/words';
import { Details } from './details';
import { isPromotable } from './promotable';
import type { IRunActions } from './view';

const SHOWN_METRICS = 3;

/** One run: status, name, when, key metrics; its details when opened. */
export function Row(props: {
  run: IRun;
  open: boolean;
  onToggle: () => void;
  actions: IRunActions;
  trans: TranslationBundle;
  /** How many runs of the same cell this row stands for. */
  count?: number;
  unfolded?: boolean;
  onUnfold?: () => void;
  /** Whether it is a re-run below the latest one. */
  earlier?: boolean;
}): JSX.Element {
  const { run, open, onToggle, actions, trans } = props;
  const marks = [
    props.earlier ? 'jp-mod-earlier' : '',
    run.hidden ? 'jp-mod-hidden' : '',
    open ? 'jp-mod-open' : ''
  ];
  return (
    <li className={`jp-Nbops-row ${marks.join(' ')}`} data-run={run.run_id}>
      <div className="jp-Nbops-rowHead">
        <Caret
          open={open}
          label={trans.__('Details of %1', run.name)}
          onToggle={onToggle}
        />
        <Status status={run.status} trans={trans} />
        <button
          type="button"
          className="jp-Nbops-rowName"
          title={
            run.cell ? trans.__('Go to the cell of %1', run.name) : run.name
          }
          onClick={() => (run.open_path ? actions.jump(run) : onToggle())}
        >
          {run.name}
        </button>
        <span className="jp-Nbops-rowActions">
          {isPromotable(run) && (
            <IconButton
              icon={promoteIcon}
              label={trans.__('Promote %1 to a pipeline', run.name)}
              onClick={() => actions.promote(run)}
            />
          )}
          <IconButton
            icon={run.starred ? starIcon : starEmptyIcon}
            label={trans.__('Star %1', run.name)}
            pressed={Boolean(run.starred)}
            className={run.starred ? 'jp-mod-kept' : ''}
            onClick={() => actions.change(run, { star: !run.starred })}
          />
        </span>
        <span className="jp-Nbops-time" title={inFull(run.started)}>
          {ago(run.started, trans)}
        </span>
      </div>
      <div className="jp-Nbops-rowBody">
        <Summary run={run} trans={trans} />
        {run.pending && (
          <span
            className="jp-Nbops-chip"
            title={trans.__('Recorded here, not yet in MLflow')}
          >
            {trans.__('waiting')}
          </span>
        )}
        {(props.count ?? 1) > 1 && (
          <button
            type="button"
            className="jp-Nbops-chip jp-mod-button"
            aria-expanded={props.unfolded}
            title={trans.__('This cell ran %1 times', props.count)}
            onClick={props.onUnfold}
          >
            {`×${props.count}`}
          </button>
        )}
      </div>
      {open && <Details run={run} actions={actions} trans={trans} />}
    </li>
  );
}

function Summary(props: { run: IRun; trans: TranslationBundle }): JSX.Element {
  const { run } = props;
  if (run.error) {
    const said = `${run.error.ename ?? ''}: ${run.error.evalue ?? ''}`;
    return (
      <span className="jp-Nbops-summary jp-mod-error" title={said}>
        {said}
      </span>
    );
  }
  const metrics = Object.entries(run.metrics).slice(0, SHOWN_METRICS);
  return (
    <span className="jp-Nbops-summary">
      {metrics.map(([name, value]) => (
        <span
          key={name}
          className="jp-Nbops-metric"
          title={`${name}: ${value}`}
        >
          <span className="jp-Nbops-metricName">{name}</span>
          <b>{figure(value)}</b>
        </span>
      ))}
      {metrics.length === 0 && (
        <span className="jp-Nbops-hint">{props.trans.__('no metrics')}</span>
      )}
    </span>
  );
}
