import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IRun, ISnapshotUse } from '../client/wire';
import { Action, Facts } from '../sections/parts';
import { figure, lasting, plain } from '../sections/words';
import { isPromotable } from './promotable';
import type { IRunActions } from './view';

const SHORT = 8;

/** Everything that is known about a run, and what can be done with it. */
export function Details(props: {
  run: IRun;
  actions: IRunActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { run, actions, trans } = props;
  const finished = run.status === 'FINISHED';
  return (
    <div className="jp-Nbops-details">
      {run.note && <p className="jp-Nbops-note">{run.note}</p>}
      {(run.warnings ?? []).map(warning => (
        <p key={warning} className="jp-Nbops-warning">
          {warning}
        </p>
      ))}
      <Facts
        title={trans.__('Metrics')}
        facts={Object.entries(run.metrics).map(([name, value]) => [
          name,
          figure(value, 6)
        ])}
      />
      <Facts
        title={trans.__('Parameters')}
        facts={Object.entries(run.params).map(([name, value]) => [
          name,
          plain(value)
        ])}
      />
      <Facts
        title={trans.__('Datasets')}
        facts={(run.snapshots ?? []).map(used => dataset(used, trans))}
      />
      <Facts
        title={trans.__('Models')}
        facts={(run.models ?? []).map(model => [model.name, model.class ?? ''])}
      />
      <Facts title={trans.__('Run')} facts={origin(run, trans)} />
      <div className="jp-Nbops-actions">
        {isPromotable(run) && (
          <Action
            primary
            label={trans.__('Promote')}
            onClick={() => actions.promote(run)}
          />
        )}
        {finished && Boolean(run.models?.length) && (
          <Action
            label={trans.__('Register…')}
            onClick={() => actions.register(run)}
          />
        )}
        <Action
          label={run.hidden ? trans.__('Show') : trans.__('Hide')}
          onClick={() => actions.change(run, { hide: !run.hidden })}
        />
        <Action
          label={trans.__('Delete')}
          onClick={() => actions.remove(run)}
        />
      </div>
    </div>
  );
}

function dataset(
  used: ISnapshotUse,
  trans: TranslationBundle
): [string, string] {
  const rows =
    typeof used.rows === 'number'
      ? trans.__('%1 rows', used.rows.toLocaleString())
      : '';
  const state = used.pending
    ? trans.__('being stored')
    : trans.__('by reference');
  const id = used.id ? used.id.slice(0, SHORT) : state;
  return [used.name, [rows, id].filter(Boolean).join(' · ')];
}

function origin(run: IRun, trans: TranslationBundle): [string, string][] {
  const { git } = run;
  const commit = git?.commit?.slice(0, SHORT);
  const code =
    commit && (git?.dirty ? trans.__('%1 with changes', commit) : commit);
  const facts: [string, string | undefined | false][] = [
    [trans.__('id'), run.run_id.slice(0, SHORT)],
    [trans.__('experiment'), run.experiment ?? undefined],
    [
      trans.__('took'),
      typeof run.duration === 'number' && lasting(run.duration)
    ],
    [trans.__('commit'), code],
    [trans.__('same as'), run.repeat_of?.slice(0, SHORT)]
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
