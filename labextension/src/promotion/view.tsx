import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Action, Loading, Notice } from '../sections/parts';
import { basename } from '../sections/words';
import { Badge } from '../pipelines/badge';
import { Progress } from '../pipelines/progress';
import { merged } from './cautions';
import { CellList } from './cells';
import type { PromotionModel } from './model';
import { Sentence } from './sentence';

/** The body of the dialog, at every stage. */
export function PromotionView(props: {
  model: PromotionModel;
  trans: TranslationBundle;
  onClose: () => void;
  onJump: (path: string, cell: string) => void;
  onOpen: (path: string) => void;
}): JSX.Element {
  const { model, trans, onClose, onJump } = props;
  const { explanation, stage } = model;
  const body = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => lead(body.current), [stage]);
  return (
    <div ref={body} className="jp-Nbops-promotion" tabIndex={-1}>
      {stage === 'loading' && !explanation && <Loading trans={trans} />}
      {stage === 'refused' && (
        <Notice
          error
          title={trans.__('This run cannot be promoted')}
          body={model.error}
          action={{
            label: trans.__('Try again'),
            onClick: () => void model.load()
          }}
        />
      )}
      {explanation && (
        <>
          <p className="jp-Nbops-promotionCount">
            {trans.__(
              'Keeps %1 of %2 cells that ran.',
              explanation.kept.length,
              explanation.total
            )}
          </p>
          {merged(explanation.cautions).map(caution => (
            <p key={caution} className="jp-Nbops-warning" role="note">
              <Sentence text={caution} trans={trans} />
            </p>
          ))}
          <Parameters model={model} trans={trans} />
          <CellList
            explanation={explanation}
            trans={trans}
            onJump={
              explanation.open_path
                ? cell => onJump(explanation.open_path ?? '', cell)
                : undefined
            }
          />
        </>
      )}
      {explanation ? (
        <Foot {...props} />
      ) : (
        <div className="jp-Nbops-actions jp-mod-foot">
          <Action label={trans.__('Close')} onClick={onClose} />
        </div>
      )}
    </div>
  );
}

/** Put a focus that belongs to nothing any more where the next key is meant to go: the name, then the notebook. */
function lead(body: HTMLElement | null): void {
  const active = document.activeElement;
  const kept = active && active !== body && body?.contains(active);
  if (body && !(kept && !active.matches(':disabled'))) {
    const next = body.querySelector<HTMLElement>(
      '.jp-Nbops-promotionName > input:enabled, .jp-mod-primary:enabled'
    );
    (next ?? body).focus();
  }
}

function Parameters(props: {
  model: PromotionModel;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { model, trans } = props;
  const parameters = model.explanation?.parameters ?? [];
  if (parameters.length === 0) {
    return null;
  }
  return (
    <p className="jp-Nbops-chips">
      <span className="jp-Nbops-hint">{trans.__('Parameters')}</span>
      {parameters.map(parameter => (
        <code key={parameter.name} className="jp-Nbops-chip">
          {`${parameter.name} = ${JSON.stringify(parameter.default)}`}
        </code>
      ))}
    </p>
  );
}

/** What can be done now: name it and begin, watch the proof, or see the verdict. */
function Foot(props: {
  model: PromotionModel;
  trans: TranslationBundle;
  onClose: () => void;
  onOpen: (path: string) => void;
}): JSX.Element {
  const { model, trans, onClose, onOpen } = props;
  const { stage, outcome } = model;
  const field = React.useRef<HTMLInputElement>(null);
  React.useEffect(() => {
    if (model.nameTaken) {
      field.current?.focus();
      field.current?.select();
    }
  }, [model.nameTaken]);
  if (stage === 'done' && outcome) {
    const path = outcome.open_path;
    return (
      <div className="jp-Nbops-promotionFoot" role="status">
        <div className="jp-Nbops-verdict">
          <Badge
            state={outcome.verified ? 'verified' : 'unverified'}
            why={outcome.verdict ?? ''}
            trans={trans}
          />
          <span>
            {outcome.verified ? (
              <Sentence
                text={trans.__(
                  '%1 is verified: %2',
                  named(outcome),
                  outcome.verdict
                )}
                trans={trans}
              />
            ) : (
              <Sentence
                text={trans.__(
                  '%1 is written, but not verified: %2',
                  named(outcome),
                  outcome.verdict
                )}
                trans={trans}
              />
            )}
          </span>
        </div>
        <div className="jp-Nbops-actions jp-mod-foot">
          <Action label={trans.__('Close')} onClick={onClose} />
          {path && (
            <Action
              primary
              label={trans.__('Open notebook')}
              onClick={() => onOpen(path)}
            />
          )}
        </div>
      </div>
    );
  }
  const proving = stage === 'proving';
  const { nameTaken, progress } = model;
  return (
    <form
      className="jp-Nbops-promotionFoot"
      onSubmit={event => {
        event.preventDefault();
        void model.promote();
      }}
    >
      {model.error && (
        <div className="jp-Nbops-notice jp-mod-error" role="alert">
          {nameTaken
            ? trans.__(
                '%1 was edited by hand; choose another name.',
                model.name
              )
            : model.error}
        </div>
      )}
      {proving && (
        <Progress
          cell={model.progress ? model.progress.cell - 1 : 0}
          cells={model.progress?.cells ?? 0}
          title={model.progress?.title ?? ''}
          remark={progress ? undefined : trans.__('Starting a fresh kernel…')}
          label={model.progress?.what ?? trans.__('Starting a fresh kernel…')}
          trans={trans}
        />
      )}
      <div className="jp-Nbops-actions jp-mod-foot">
        <label className="jp-Nbops-promotionName">
          <span>{trans.__('Name')}</span>
          <input
            ref={field}
            className="jp-mod-styled"
            type="text"
            spellCheck={false}
            value={model.name}
            disabled={proving}
            aria-invalid={nameTaken || !model.name.trim()}
            onChange={event => {
              model.name = event.target.value;
            }}
          />
        </label>
        <Action
          label={
            proving ? trans.__('Go on in the background') : trans.__('Cancel')
          }
          onClick={onClose}
        />
        <button
          type="submit"
          className="jp-Nbops-button jp-mod-primary"
          disabled={proving || !model.name.trim()}
        >
          {!proving
            ? trans.__('Promote')
            : progress
              ? trans.__(
                  'Verifying cell %1 of %2…',
                  progress.cell,
                  progress.cells
                )
              : trans.__('Verifying…')}
        </button>
      </div>
    </form>
  );
}

function named(outcome: {
  open_path?: string | null;
  notebook?: string;
}): string {
  return basename(outcome.open_path ?? outcome.notebook ?? '');
}
