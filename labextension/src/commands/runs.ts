import {
  InputDialog,
  Notification,
  showDialog,
  Dialog
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IPromotion, IRunChanges } from '../client/wire';
import { promoteIcon } from '../icon';
import { jump } from '../notebook/jump';
import { PromotionDialog } from '../promotion/dialog';
import { PromotionModel } from '../promotion/model';
import { basename } from '../sections/words';
import type { RunsModel } from '../runs/model';
import type { INbopsClient } from '../tokens';
import { complain, follow } from './follow';
import { ids } from './ids';
import { args } from './schemas';

/** What the commands work with. */
export interface ICommandOptions {
  commands: CommandRegistry;
  client: INbopsClient;
  runs: RunsModel;
  trans: TranslationBundle;
}

/** Add the commands that concern one run. */
export function addRunCommands(options: ICommandOptions): void {
  const { commands, runs, trans } = options;
  commands.addCommand(ids.jump, {
    label: trans.__('Go to Cell of Run'),
    describedBy: { args: args({ path: 'string', cell: 'string' }) },
    execute: async given => {
      const path = String(given.path);
      if (!(await jump(commands, path, String(given.cell)))) {
        const name = basename(path);
        Notification.warning(
          trans.__('The cell of this run is no longer in %1.', name),
          { autoClose: 8000 }
        );
      }
    }
  });
  commands.addCommand(ids.promote, {
    label: trans.__('Promote Run to Pipeline'),
    icon: promoteIcon,
    describedBy: { args: args({ run: 'string', name: 'string' }) },
    execute: given => promote(options, String(given.run), String(given.name))
  });
  commands.addCommand(ids.register, {
    label: trans.__('Register Model of Run…'),
    describedBy: { args: args({ run: 'string', model: 'string' }) },
    execute: given => register(options, String(given.run), String(given.model))
  });
  commands.addCommand(ids.change, {
    label: trans.__('Annotate Run'),
    describedBy: { args: args({ run: 'string', changes: 'object' }) },
    execute: given =>
      complain(runs.change(String(given.run), given.changes as IRunChanges))
  });
  commands.addCommand(ids.remove, {
    label: trans.__('Delete Run'),
    describedBy: { args: args({ run: 'string', name: 'string' }) },
    execute: given => remove(options, String(given.run), String(given.name))
  });
}

async function promote(
  options: ICommandOptions,
  run: string,
  name: string
): Promise<void> {
  const { client, commands, trans } = options;
  const model = new PromotionModel({ client, run });
  const dialog = new PromotionDialog({
    model,
    title: name,
    trans,
    actions: {
      jump: (path, cell) => void commands.execute(ids.jump, { path, cell }),
      open: path => void commands.execute('docmanager:open', { path })
    }
  });
  void model.load();
  await dialog.launch();
  if (model.stage === 'proving' && model.promise) {
    const done = await follow(
      model.promise,
      trans.__('Promoting %1: running its slice in a fresh kernel…', name),
      promotion => verdictOf(promotion, name, trans)
    );
    if (done?.open_path) {
      await commands.execute('docmanager:open', { path: done.open_path });
    }
  }
  model.dispose();
}

function verdictOf(
  done: IPromotion,
  run: string,
  trans: TranslationBundle
): string {
  const name = basename(done.open_path ?? done.notebook ?? run);
  const verdict = done.verdict ?? '';
  return done.verified
    ? trans.__('%1 is verified: %2', name, verdict)
    : trans.__('%1 is written, but not verified: %2', name, verdict);
}

async function register(
  options: ICommandOptions,
  run: string,
  model: string
): Promise<void> {
  const { client, trans } = options;
  const answer = await InputDialog.getText({
    title: trans.__('Register model'),
    label: trans.__('Its version becomes the next one of this name:'),
    text: model,
    okLabel: trans.__('Register')
  });
  const name = answer.value?.trim();
  if (!answer.button.accept || !name) {
    return;
  }
  await follow(
    client.register(run, name),
    trans.__('Registering %1…', name),
    done => trans.__('%1 v%2 is registered.', name, done.version ?? '')
  );
}

async function remove(
  options: ICommandOptions,
  run: string,
  name: string
): Promise<void> {
  const { client, trans } = options;
  const answer = await showDialog({
    title: trans.__('Delete run?'),
    body: trans.__(
      '%1 disappears from the lists, here and in MLflow. It can be restored.',
      name
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  if (answer.button.accept && (await complain(client.deleteRun(run)))) {
    const label = trans.__('Undo');
    const callback = () =>
      void complain(client.changeRun(run, { deleted: false }));
    Notification.info(trans.__('%1 was deleted.', name), {
      autoClose: 8000,
      actions: [{ label, callback }]
    });
  }
}
