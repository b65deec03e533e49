import type { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

/** What a person chose. */
export interface IAssignment {
  alias: string;
  reason: string;
}

/** Asks for an alias, and why. */
export class AssignForm
  extends Widget
  implements Dialog.IBodyWidget<IAssignment>
{
  constructor(aliases: readonly string[], trans: TranslationBundle) {
    super();
    this.addClass('jp-Nbops-assign');
    this._alias = field(this.node, trans.__('Alias'), 'champion');
    this._reason = field(this.node, trans.__('Reason (optional)'), '');
    const known = document.createElement('datalist');
    known.id = 'jp-Nbops-aliases';
    known.append(...aliases.map(alias => new Option(alias, alias)));
    this._alias.setAttribute('list', known.id);
    this.node.append(known);
  }

  getValue(): IAssignment {
    return {
      alias: this._alias.value.trim(),
      reason: this._reason.value.trim()
    };
  }

  private _alias: HTMLInputElement;
  private _reason: HTMLInputElement;
}

function field(
  parent: HTMLElement,
  text: string,
  value: string
): HTMLInputElement {
  const label = document.createElement('label');
  const input = document.createElement('input');
  input.className = 'jp-mod-styled';
  input.value = value;
  label.append(text, input);
  parent.append(label);
  return input;
}
