import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSONValue } from '@lumino/coreutils';
import { caretDownEmptyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IParameter, IPipeline } from '../client/wire';
import { Action } from '../sections/parts';
import { plain } from '../sections/words';
import type { Kind } from './values';
import { choicesOf, collect, isEmptyNull, kindOf, shown } from './values';

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
  const { parameter, wrong, trans } = props;
  const wanted = wantedOf(parameter, trans);
  const help = [parameter.name, parameter.help, wanted];
  const id = React.useId();
  return (
    <div className="jp-Nbops-field" title={help.filter(Boolean).join('\n')}>
      <label htmlFor={id}>{parameter.name}</label>
      <Control {...props} id={id} />
      {wrong && (
        <span id={`${id}-wrong`} className="jp-Nbops-wrong" role="alert">
          {wanted || trans.__('This does not fit.')}
        </span>
      )}
    </div>
  );
}

function Control(props: {
  id: string;
  parameter: IParameter;
  text: string;
  wrong: boolean;
  onText: (text: string) => void;
}): JSX.Element {
  const { id, parameter, text, wrong, onText } = props;
  const kind = kindOf(parameter);
  const change = (event: { target: { value: string } }) =>
    onText(event.target.value);
  switch (kind) {
    case 'boolean':
      return (
        <input
          id={id}
          type="checkbox"
          checked={text === 'true'}
          onChange={event => onText(String(event.target.checked))}
        />
      );
    case 'choice':
      return (
        <span className="jp-Nbops-choice">
          <select
            id={id}
            className="jp-mod-styled"
            value={text}
            onChange={change}
          >
            {choicesOf(parameter).map(choice => (
              <option
                key={JSON.stringify(choice)}
                value={JSON.stringify(choice)}
              >
                {choice === null ? '–' : plain(choice)}
              </option>
            ))}
          </select>
          <caretDownEmptyIcon.react tag="span" width="16px" height="16px" />
        </span>
      );
    default:
      return (
        <input
          id={id}
          className="jp-mod-styled"
          type={INPUTS[kind] ?? 'text'}
          step={kind === 'datetime' ? 'any' : undefined}
          inputMode={
            kind === 'number' || kind === 'integer' ? 'decimal' : undefined
          }
          spellCheck={false}
          autoComplete="off"
          placeholder={isEmptyNull(parameter) ? '–' : undefined}
          value={text}
          aria-invalid={wrong}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onChange={change}
        />
      );
  }
}

const INPUTS: Partial<Record<Kind, string>> = {
  date: 'date',
  datetime: 'datetime-local'
};

/** What a parameter takes, in a sentence. */
function wantedOf(parameter: IParameter, trans: TranslationBundle): string {
  if (parameter.secret) {
    return trans.__('Names where the secret is, such as secret:API_KEY');
  }
  const { minimum, maximum } = parameter;
  const whole = kindOf(parameter) === 'integer';
  const what = whole ? trans.__('A whole number') : trans.__('A number');
  const low = typeof minimum === 'number';
  const high = typeof maximum === 'number';
  if (low && high) {
    return trans.__('%1 from %2 to %3', what, minimum, maximum);
  }
  if (low) {
    return trans.__('%1, at least %2', what, minimum);
  }
  if (high) {
    return trans.__('%1, at most %2', what, maximum);
  }
  switch (kindOf(parameter)) {
    case 'number':
    case 'integer':
      return what;
    case 'json':
      return parameter.type
        ? trans.__('Written as JSON: %1', parameter.type)
        : trans.__('Written as JSON');
    default:
      return parameter.type ?? '';
  }
}
