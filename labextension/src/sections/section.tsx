import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { Loading, Notice } from './parts';
import type { SectionModel } from './model';

const ENDS = ['pointerup', 'pointercancel', 'dragend'] as const;

/** Draws the value of a model, or why there is none. */
export class Section<T> extends ReactWidget {
  constructor(private _options: Section.IOptions<T>) {
    super();
    this.addClass('jp-Nbops-section');
  }

  handleEvent(event: Event): void {
    const { model } = this._options;
    if (event.type === 'pointerdown') {
      model.held = true;
    } else if (model.held) {
      setTimeout(() => (model.held = false)); // the click comes after the release
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.node.addEventListener('pointerdown', this);
    ENDS.forEach(type => window.addEventListener(type, this, true));
  }

  protected override onBeforeDetach(message: Message): void {
    this.node.removeEventListener('pointerdown', this);
    ENDS.forEach(type => window.removeEventListener(type, this, true));
    this._options.model.held = false;
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    const { model, trans, draw } = this._options;
    return (
      <UseSignal signal={model.stateChanged}>
        {() => {
          const value = model.value;
          return (
            <>
              {model.error && (
                <Notice
                  error
                  title={trans.__('nbops cannot be reached')}
                  body={model.error}
                  action={{
                    label: trans.__('Try again'),
                    onClick: () => void model.refresh()
                  }}
                />
              )}
              {value !== null && draw(value)}
              {value === null && !model.error && <Loading trans={trans} />}
            </>
          );
        }}
      </UseSignal>
    );
  }
}

export namespace Section {
  /** What to draw, and how. */
  export interface IOptions<T> {
    model: SectionModel<T>;
    trans: TranslationBundle;
    draw: (value: T) => JSX.Element;
  }
}
