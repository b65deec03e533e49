import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { PromotionModel } from './model';
import { PromotionView } from './view';

/** What a click in the dialog leads to. */
export interface IPromotionActions {
  /** Go to a cell of the notebook that the run comes from. */
  jump: (path: string, cell: string) => void;
  /** Open the pipeline. */
  open: (path: string) => void;
}

/** Shows what a promotion would keep, lets it begin, and shows how it ends. */
export class PromotionDialog extends Dialog<unknown> {
  constructor(options: PromotionDialog.IOptions) {
    const { model, actions, trans } = options;
    const leave = (go: () => void) => {
      this.reject();
      go();
    };
    super({
      title: trans.__('Promote %1', options.title),
      body: ReactWidget.create(
        <UseSignal signal={model.stateChanged}>
          {() => (
            <PromotionView
              model={model}
              trans={trans}
              onClose={() => this.reject()}
              onJump={(path, cell) => leave(() => actions.jump(path, cell))}
              onOpen={path => leave(() => actions.open(path))}
            />
          )}
        </UseSignal>
      ),
      buttons: [],
      focusNodeSelector: '.jp-Nbops-promotion'
    });
    this.addClass('jp-Nbops-promotionDialog');
  }

  /** Leave Enter to the form: here it begins the promotion, and does not close the dialog. */
  override handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent && event.key === 'Enter') {
      return;
    }
    super.handleEvent(event);
  }
}

export namespace PromotionDialog {
  /** Which promotion, and where clicks lead. */
  export interface IOptions {
    model: PromotionModel;
    /** What is promoted. */
    title: string;
    actions: IPromotionActions;
    trans: TranslationBundle;
  }
}
