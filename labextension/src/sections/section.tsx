import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Loading, Notice } from './parts';
import type { SectionModel } from './model';

/** Draws the value of a model, or why there is none. */
export class Section<T> extends ReactWidget {
  constructor(private _options: Section.IOptions<T>) {
    super();
    this.addClass('jp-Nbops-section');
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
