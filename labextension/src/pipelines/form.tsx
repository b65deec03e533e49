import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSONValue } from '@lumino/coreutils';
import * as React from 'react';
import type { IParameter, IPipeline } from '../client/wire';
import { Action } from '../runs/details';
import { collect, kindOf, shown } from './values';

/** A control for each parameter, and Run. Only what differs from the defaults is sent. */
export function Form(props: {
  pipeline: IPipeline;
  running: boolean;
  trans: TranslationBundle;
  onRun: (values: Record<string, JSONValue>) => void;
}): JSX.Element {
  const { pipeline, running, trans, onRun } = props;
  const [texts, setTexts] = React.useState<Record<string, string>>({});
  const { values, wrong } = collect(pipeline.parameters, texts);
  return (
    <form
      className="jp-Nbops-form"
      onSubmit={event => {
        event.preventDefault();
        if (!running && wrong.length === 0) {
          onRun(values);
        }
      }}
    >
      {pipeline.parameters.map(parameter => (
        <Field
          key={parameter.name}
          parameter={parameter}
          text={texts[parameter.name] ?? shown(parameter)}
          wrong={wrong.includes(parameter.name)}
          trans={trans}
          onText={text => setTexts({ ...texts, [parameter.name]: text })}
        />
      ))}
      {pipeline.parameters.length === 0 && (
        <div className="jp-Nbops-hint">
          {trans.__('This pipeline has no parameters.')}
        </div>
      )}
      <div className="jp-Nbops-actions">
        <Action
          primary
          label={running ? trans.__('Running…') : trans.__('Run')}
          disabled={running || wrong.length > 0}
          onClick={() => onRun(values)}
        />
      </div>
    </form>
  );
}

function Field(props: {
  parameter: IParameter;
  text: string;
  wrong: boolean;
  trans: TranslationBundle;
  onText: (text: string) => void;
}): JSX.Element {
  const { parameter, text, wrong, trans, onText } = props;
  const kind = kindOf(parameter);
  return (
    <label className="jp-Nbops-field" title={parameter.type ?? undefined}>
      <span>{parameter.name}</span>
      {kind === 'boolean' ? (
        <input
          type="checkbox"
          checked={text === 'true'}
          onChange={event => onText(String(event.target.checked))}
        />
      ) : (
        <input
          className="jp-mod-styled"
          type="text"
          inputMode={
            kind === 'number' || kind === 'integer' ? 'decimal' : undefined
          }
          spellCheck={false}
          value={text}
          aria-invalid={wrong}
          title={
            wrong ? trans.__('%1 does not fit this type', text) : undefined
          }
          onChange={event => onText(event.target.value)}
        />
      )}
    </label>
  );
}
