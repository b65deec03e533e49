import type { TranslationBundle } from '@jupyterlab/translation';
import { FilterBox } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IRun, IRunChanges } from '../client/wire';
import { hideIcon, starIcon } from '../icon';
import { IconButton, Notice } from '../sections/parts';
import { basename } from '../sections/words';
import type { IFold, IGroup } from './fold';
import type { IRuns, RunsModel } from './model';
import { Row } from './row';

/** What a person can do with a run. */
export interface IRunActions {
  jump: (run: IRun) => void;
  promote: (run: IRun) => void;
  register: (run: IRun) => void;
  change: (run: IRun, changes: IRunChanges) => void;
  remove: (run: IRun) => void;
}

/** The section of runs: filter, then one row for each cell. */
export function Runs(props: {
  runs: IRuns;
  model: RunsModel;
  actions: IRunActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { runs, model, trans } = props;
  const filtered = Boolean(model.query) || model.starred;
  const empty = runs.groups.every(group => group.folds.length === 0);
  return (
    <>
      <div className="jp-Nbops-filter">
        <FilterBox
          placeholder={trans.__('Filter runs')}
          updateFilter={(_, query) => {
            model.query = query ?? '';
          }}
          initialQuery={model.query}
          useFuzzyFilter={false}
        />
        <IconButton
          icon={starIcon}
          label={trans.__('Only starred runs')}
          pressed={model.starred}
          onClick={() => {
            model.starred = !model.starred;
          }}
        />
        <IconButton
          icon={hideIcon}
          label={trans.__('Also hidden runs')}
          pressed={model.hidden}
          onClick={() => {
            model.hidden = !model.hidden;
          }}
        />
      </div>
      {empty && filtered && (
        <Notice title={trans.__('No run matches')} body={model.query} />
      )}
      {empty && !filtered && (
        <Notice
          title={trans.__('No runs yet')}
          body={trans.__(
            'Load nbops once in a notebook, then put one line on top of a cell:'
          )}
          code={'%load_ext nbops\n%%track'}
        />
      )}
      {!empty &&
        runs.groups.map(group => (
          <Group key={group.notebook} {...props} group={group} />
        ))}
      {runs.loaded < runs.total && !filtered && (
        <button
          type="button"
          className="jp-Nbops-more"
          onClick={() => void model.more()}
        >
          {trans.__('Older runs (%1 of %2 shown)', runs.loaded, runs.total)}
        </button>
      )}
    </>
  );
}

function Group(props: {
  group: IGroup;
  model: RunsModel;
  actions: IRunActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { group, trans } = props;
  const name = group.notebook
    ? basename(group.notebook)
    : trans.__('No notebook');
  return (
    <section aria-label={name}>
      <h3 className="jp-Nbops-heading" title={group.notebook}>
        <span className="jp-Nbops-headingName">{name}</span>
        {group.here && (
          <span className="jp-Nbops-hint">{trans.__('this notebook')}</span>
        )}
      </h3>
      {group.folds.length === 0 && (
        <div className="jp-Nbops-hint jp-Nbops-line">
          {trans.__('No runs of this notebook yet.')}
        </div>
      )}
      <ul className="jp-Nbops-list">
        {group.folds.map(fold => (
          <Fold key={fold.key} {...props} fold={fold} />
        ))}
      </ul>
    </section>
  );
}

function Fold(props: {
  fold: IFold;
  model: RunsModel;
  actions: IRunActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { fold, model } = props;
  const { key, latest, earlier } = fold;
  const unfolded = model.isOpen(`earlier:${key}`);
  return (
    <>
      <Row
        {...props}
        run={latest}
        open={model.isOpen(key)}
        onToggle={() => model.toggle(key)}
        count={earlier.length + 1}
        unfolded={unfolded}
        onUnfold={() => model.toggle(`earlier:${key}`)}
      />
      {unfolded &&
        earlier.map(run => (
          <Row
            key={run.run_id}
            {...props}
            run={run}
            open={model.isOpen(run.run_id)}
            onToggle={() => model.toggle(run.run_id)}
            earlier
          />
        ))}
    </>
  );
}
