import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { DriftState, IModel, IVersion } from '../client/wire';
import { Action, Caret, Facts, Light, Notice } from '../sections/parts';
import { ago, figure, inFull } from '../sections/words';
import type { RegistryModel } from './model';

/** What a person can do with a version. */
export interface IVersionActions {
  assign: (version: IVersion) => void;
  rollback: (version: IVersion, alias: string) => void;
}

/** The section of models: versions, latest first, with the aliases that point at them. */
export function Registry(props: {
  models: readonly IModel[];
  model: RegistryModel;
  actions: IVersionActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { models, trans } = props;
  if (models.length === 0) {
    return (
      <Notice
        title={trans.__('No models registered')}
        body={trans.__(
          'Make the model of your latest run the first version of a name:'
        )}
        code="%register NAME"
      />
    );
  }
  return (
    <>
      {models.map(model => (
        <section key={model.name} aria-label={model.name}>
          <h3 className="jp-Nbops-heading" title={model.name}>
            <span className="jp-Nbops-headingName">{model.name}</span>
            <span className="jp-Nbops-hint">
              {trans._n('%1 version', '%1 versions', model.versions.length)}
            </span>
          </h3>
          <ul className="jp-Nbops-list">
            {model.versions.map(version => (
              <Version key={version.version} {...props} version={version} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Version(props: {
  version: IVersion;
  model: RegistryModel;
  actions: IVersionActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { version, model, actions, trans } = props;
  const row = `${version.name}/${version.version}`;
  const open = model.isOpen(row);
  const toggle = () => model.toggle(row);
  const state = driftOf(version);
  const metrics = Object.entries(version.metrics ?? {});
  const label = trans.__('Version %1', version.version);
  return (
    <li className={`jp-Nbops-row ${open ? 'jp-mod-open' : ''}`}>
      <div className="jp-Nbops-rowHead">
        <Caret open={open} label={label} onToggle={toggle} />
        {state ? (
          <Light state={state} trans={trans} />
        ) : (
          <span
            className="jp-Nbops-light jp-mod-none"
            title={trans.__('Not watched')}
          />
        )}
        <button
          type="button"
          className="jp-Nbops-rowName jp-mod-short"
          title={label}
          onClick={toggle}
        >
          {`v${version.version}`}
        </button>
        <span className="jp-Nbops-aliases">
          {version.aliases.map(alias => (
            <span key={alias} className="jp-Nbops-alias" title={alias}>
              {alias}
            </span>
          ))}
        </span>
        <span className="jp-Nbops-time" title={inFull(version.created)}>
          {ago(version.created, trans)}
        </span>
      </div>
      <div className="jp-Nbops-rowBody">
        <span className="jp-Nbops-summary">
          {metrics.slice(0, 3).map(([name, value]) => (
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
            <span className="jp-Nbops-hint">{trans.__('no metrics')}</span>
          )}
        </span>
      </div>
      {open && (
        <div className="jp-Nbops-details">
          <Facts
            title={trans.__('Metrics')}
            facts={metrics.map(([name, value]) => [name, figure(value, 6)])}
          />
          <Facts title={trans.__('Version')} facts={origin(version, trans)} />
          <div className="jp-Nbops-actions">
            <Action
              primary
              label={trans.__('Assign…')}
              onClick={() => actions.assign(version)}
            />
            {version.aliases.map(alias => (
              <Action
                key={alias}
                label={trans.__('Roll back %1', alias)}
                onClick={() => actions.rollback(version, alias)}
              />
            ))}
          </div>
        </div>
      )}
    </li>
  );
}

function driftOf(version: IVersion): DriftState | null {
  const { drift } = version;
  const state = typeof drift === 'string' ? drift : drift?.state;
  return state && state !== 'unknown' ? state : null;
}

function origin(
  version: IVersion,
  trans: TranslationBundle
): [string, string][] {
  const state = driftOf(version);
  const facts: [string, string | null | undefined][] = [
    [trans.__('run'), version.run_id?.slice(0, 8)],
    [trans.__('registered by'), version.by],
    [trans.__('drift'), state],
    [trans.__('status'), version.status]
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
