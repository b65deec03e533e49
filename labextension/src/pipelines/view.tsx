import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSONValue } from '@lumino/coreutils';
import * as React from 'react';
import type { IPipeline, IRunning } from '../client/wire';
import { CellList } from '../promotion/cells';
import { listed } from '../promotion/order';
import { Sentence } from '../promotion/sentence';
import { Action, Caret, Notice } from '../sections/parts';
import { Status } from '../sections/status';
import { ago, figure, inFull } from '../sections/words';
import { Badge, inState, stateOf, whyOf } from './badge';
import { Form } from './form';
import type { PipelinesModel } from './model';
import { Progress } from './progress';
import { RunningRow } from './running';

/** What a person can do with a pipeline. */
export interface IPipelineActions {
  open: (path: string) => void;
  run: (pipeline: IPipeline, values: Record<string, JSONValue>) => void;
  cancel: (running: IRunning) => void;
  /** Prove it again, as it is now. */
  verify: (pipeline: IPipeline) => void;
}

/** The section of pipelines: badge, parameters, last runs. */
export function Pipelines(props: {
  pipelines: readonly IPipeline[];
  model: PipelinesModel;
  actions: IPipelineActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { pipelines, model, actions, trans } = props;
  const { running } = model;
  if (pipelines.length === 0 && running.length === 0) {
    return (
      <Notice
        title={trans.__('No pipelines yet')}
        body={trans.__(
          'Promote a finished run: its cells become a notebook that is proven to reproduce it.'
        )}
        code="%promote last"
      />
    );
  }
  return (
    <>
      {running.length > 0 && (
        <ul className="jp-Nbops-list" aria-label={trans.__('Running now')}>
          {running.map(one => (
            <RunningRow
              key={one.run || one.pipeline}
              running={one}
              elapsed={() => model.elapsed(one)}
              trans={trans}
              onCancel={() => actions.cancel(one)}
              onOpen={
                one.open_path
                  ? () => actions.open(one.open_path ?? '')
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      <ul className="jp-Nbops-list">
        {pipelines.map(pipeline => (
          <Pipeline key={pipeline.path} {...props} pipeline={pipeline} />
        ))}
      </ul>
    </>
  );
}

function Pipeline(props: {
  pipeline: IPipeline;
  model: PipelinesModel;
  actions: IPipelineActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { pipeline, model, actions, trans } = props;
  const open = model.isOpen(pipeline.path);
  const toggle = () => model.toggle(pipeline.path);
  const running = model.isRunning(pipeline.name);
  const path = pipeline.open_path;
  const state = stateOf(pipeline);
  const proof = model.verifying(pipeline.name);
  const proving = proof !== undefined;
  const kept = pipeline.kept?.length ?? 0;
  const cells = kept + (pipeline.dropped?.length ?? 0);
  return (
    <li className={`jp-Nbops-row ${open ? 'jp-mod-open' : ''}`}>
      <div className="jp-Nbops-rowHead">
        <Caret
          open={open}
          label={trans.__('Details of %1', pipeline.name)}
          onToggle={toggle}
        />
        <Badge state={state} why={whyOf(pipeline)} trans={trans} />
        <button
          type="button"
          className="jp-Nbops-rowName"
          title={path ? trans.__('Open %1', path) : pipeline.path}
          onClick={() => (path ? actions.open(path) : toggle())}
        >
          {pipeline.name}
        </button>
        <span className="jp-Nbops-time" title={inFull(pipeline.created)}>
          {ago(pipeline.created, trans)}
        </span>
      </div>
      <div className="jp-Nbops-rowBody">
        <span className="jp-Nbops-summary">
          <span className={`jp-Nbops-${state}`} title={whyOf(pipeline)}>
            {inState(state, trans)}
          </span>
          {cells > 0 && (
            <span className="jp-Nbops-hint">
              {trans.__('kept %1 of %2 cells', kept, cells)}
            </span>
          )}
        </span>
        {running && <Status status="RUNNING" trans={trans} />}
        {state !== 'verified' && !proving && (
          <button
            type="button"
            className="jp-Nbops-again"
            title={trans.__(
              'Run %1 in a fresh kernel and compare',
              pipeline.name
            )}
            disabled={running}
            onClick={() => actions.verify(pipeline)}
          >
            {trans.__('Verify again')}
          </button>
        )}
      </div>
      {proving && (
        <div className="jp-Nbops-proof" role="status">
          <Progress
            cell={proof ? proof.cell - 1 : 0}
            cells={proof?.cells ?? 0}
            title={proof?.title ?? ''}
            remark={proof ? undefined : trans.__('Verifying…')}
            label={trans.__('Verifying %1', pipeline.name)}
            trans={trans}
          />
        </div>
      )}
      {open && (
        <div className="jp-Nbops-details">
          {state !== 'verified' && whyOf(pipeline) !== pipeline.verdict && (
            <p className="jp-Nbops-warning">
              <Sentence text={whyOf(pipeline)} trans={trans} />
            </p>
          )}
          {pipeline.verdict && (
            <p className="jp-Nbops-note">
              <Sentence text={pipeline.verdict} trans={trans} />
            </p>
          )}
          <section className="jp-Nbops-facts">
            <h4>{trans.__('Parameters')}</h4>
            <Form
              pipeline={pipeline}
              running={running}
              trans={trans}
              onRun={values => actions.run(pipeline, values)}
            />
          </section>
          <LastRuns pipeline={pipeline} trans={trans} />
          <Cells pipeline={pipeline} trans={trans} />
          {path && (
            <div className="jp-Nbops-actions">
              <Action
                label={trans.__('Open notebook')}
                onClick={() => actions.open(path)}
              />
            </div>
          )}
        </div>
      )}
    </li>
  );
}

function LastRuns(props: {
  pipeline: IPipeline;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { pipeline, trans } = props;
  const runs = pipeline.last_runs ?? [];
  if (runs.length === 0) {
    return null;
  }
  return (
    <section className="jp-Nbops-facts">
      <h4>{trans.__('Last runs')}</h4>
      <ul className="jp-Nbops-list">
        {runs.map(run => (
          <li key={run.run_id} className="jp-Nbops-lastRun">
            <Status status={run.status} trans={trans} />
            <span className="jp-Nbops-summary">
              {Object.entries(run.metrics ?? {})
                .slice(0, 2)
                .map(([name, value]) => (
                  <span
                    key={name}
                    className="jp-Nbops-metric"
                    title={`${name}: ${value}`}
                  >
                    <span className="jp-Nbops-metricName">{name}</span>
                    <b>{figure(value)}</b>
                  </span>
                ))}
            </span>
            <span className="jp-Nbops-time" title={inFull(run.started)}>
              {ago(run.started, trans)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Cells(props: {
  pipeline: IPipeline;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { pipeline, trans } = props;
  const [open, setOpen] = React.useState(false);
  const kept = pipeline.kept?.length ?? 0;
  const dropped = pipeline.dropped?.length ?? 0;
  if (kept + dropped === 0) {
    return null;
  }
  return (
    <details
      className="jp-Nbops-cells"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>
        {dropped > 0
          ? trans.__('Kept cells (%1), left out (%2)', kept, dropped)
          : trans.__('Kept cells (%1)', kept)}
      </summary>
      {open && (
        <CellList explanation={listed(pipeline)} open={false} trans={trans} />
      )}
    </details>
  );
}
