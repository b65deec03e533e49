import type { Cell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

const FLASH = 'jp-Nbops-mod-flash';
const FLASH_MS = 1600;

/**
 * Open the notebook at *path* where needed, bring its cell *id* into view and flash it.
 *
 * @returns False where the notebook no longer has the cell.
 */
export async function jump(
  commands: CommandRegistry,
  path: string,
  id: string
): Promise<boolean> {
  const panel: unknown = await commands.execute('docmanager:open', { path });
  if (!(panel instanceof NotebookPanel)) {
    return true; // Notebook 7 opens another browser tab
  }
  await panel.context.ready;
  await panel.revealed;
  const notebook = panel.content;
  const index = notebook.widgets.findIndex(cell => cell.model.id === id);
  if (index < 0) {
    return false;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  const cell: Cell = notebook.widgets[index];
  await notebook.scrollToCell(cell, 'center');
  notebook.node.focus({ preventScroll: true });
  cell.addClass(FLASH);
  setTimeout(() => {
    if (!cell.isDisposed) {
      cell.removeClass(FLASH);
    }
  }, FLASH_MS);
  return true;
}
