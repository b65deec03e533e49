import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { DriftState } from '../client/wire';

/** A button that is only an icon. */
export function IconButton(props: {
  icon: LabIcon;
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  className?: string;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className={`jp-Nbops-iconButton ${props.className ?? ''}`}
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" width="16px" height="16px" />
    </button>
  );
}

/** A labelled button. */
export function Action(props: {
  label: string;
  primary?: boolean;
  disabled?: boolean;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className={`jp-Nbops-button ${props.primary ? 'jp-mod-primary' : ''}`}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.label}
    </button>
  );
}

/** A caret that shows or hides what belongs to it. */
export function Caret(props: {
  open: boolean;
  label: string;
  onToggle: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-Nbops-caret"
      aria-expanded={props.open}
      aria-label={props.label}
      title={props.label}
      onClick={props.onToggle}
    >
      <caretRightIcon.react tag="span" width="16px" height="16px" />
    </button>
  );
}

/** A sentence where there is nothing to list, and what to type. */
export function Notice(props: {
  title: string;
  body?: string;
  code?: string;
  error?: boolean;
  action?: { label: string; onClick: () => void };
}): JSX.Element {
  return (
    <div
      className={`jp-Nbops-notice ${props.error ? 'jp-mod-error' : ''}`}
      role={props.error ? 'alert' : undefined}
    >
      <div className="jp-Nbops-noticeTitle">{props.title}</div>
      {props.body && <div>{props.body}</div>}
      {props.code && <code>{props.code}</code>}
      {props.action && (
        <button
          type="button"
          className="jp-Nbops-button"
          onClick={props.action.onClick}
        >
          {props.action.label}
        </button>
      )}
    </div>
  );
}

/** Grey bars while the first answer is on its way. */
export function Loading(props: { trans: TranslationBundle }): JSX.Element {
  return (
    <div
      className="jp-Nbops-loading"
      role="status"
      aria-label={props.trans.__('Loading')}
    >
      <span />
      <span />
      <span />
    </div>
  );
}

const GLYPHS: Record<DriftState, string> = {
  ok: '',
  warn: '▲',
  alert: '!',
  unknown: '?'
};

/** A traffic light; its glyph says the same as its colour. */
export function Light(props: {
  state: DriftState;
  trans: TranslationBundle;
}): JSX.Element {
  const said = inState(props.state, props.trans);
  return (
    <span
      className={`jp-Nbops-light jp-mod-${props.state}`}
      role="img"
      aria-label={said}
      title={said}
    >
      {GLYPHS[props.state]}
    </span>
  );
}

/** A drift state in words. */
export function inState(state: DriftState, trans: TranslationBundle): string {
  switch (state) {
    case 'ok':
      return trans.__('No drift');
    case 'warn':
      return trans.__('Drift warning');
    case 'alert':
      return trans.__('Drift alert');
    default:
      return trans.__('Drift unknown');
  }
}

/** Names and values below a heading. */
export function Facts(props: {
  title: string;
  facts: readonly (readonly [string, string])[];
}): JSX.Element | null {
  if (props.facts.length === 0) {
    return null;
  }
  return (
    <section className="jp-Nbops-facts">
      <h4>{props.title}</h4>
      <dl>
        {props.facts.map(([name, value]) => (
          <div key={name} title={`${name}: ${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
