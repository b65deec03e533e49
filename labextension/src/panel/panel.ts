import type { ITranslator } from '@jupyterlab/translation';
import { PanelWithToolbar, SidePanel } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import { AccordionPanel } from '@lumino/widgets';
import { PANEL } from '../commands/plugin';
import { nbopsIcon } from '../icon';

/** How the sections share the height at first. */
const SIZES = [5, 3, 4, 3];

/** The sidebar: one fold for each section. */
export class NbopsPanel extends SidePanel {
  constructor(options: NbopsPanel.IOptions) {
    super({ translator: options.translator });
    const trans = options.translator.load('nbops');
    this.id = PANEL;
    this.addClass('jp-Nbops');
    this.title.icon = nbopsIcon;
    this.title.caption = trans.__('Runs, models and drift (nbops)');
    this.title.dataset = { jpTabLabel: trans.__('MLOps') };
    this.node.setAttribute('role', 'region');
    this.node.setAttribute(
      'aria-label',
      trans.__('nbops: runs, models, drift and pipelines')
    );
    this._onShown = options.onShown;
  }

  /** Add a section. */
  addSection(label: string, content: Widget): void {
    const section = new PanelWithToolbar();
    section.title.label = label;
    section.addClass('jp-Nbops-fold');
    section.addWidget(content);
    this.addWidget(section);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (!this._isSized && this.content instanceof AccordionPanel) {
      this.content.setRelativeSizes(SIZES);
      this._isSized = true;
    }
    this._onShown(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._onShown(false);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._onShown(this.isVisible);
  }

  private _isSized = false;
  private _onShown: (shown: boolean) => void;
}

export namespace NbopsPanel {
  /** Whom to tell when the sidebar is shown or hidden. */
  export interface IOptions {
    translator: ITranslator;
    onShown: (shown: boolean) => void;
  }
}
