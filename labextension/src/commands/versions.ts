import { Dialog, showDialog } from '@jupyterlab/apputils';
import { AssignForm } from './assign';
import { follow } from './follow';
import { ids } from './ids';
import type { ICommandOptions } from './runs';
import { args } from './schemas';

/** Add the commands that concern one version of a model. */
export function addVersionCommands(options: ICommandOptions): void {
  const { commands, client, trans } = options;
  commands.addCommand(ids.assign, {
    label: trans.__('Assign Alias to Version…'),
    describedBy: {
      args: args({ name: 'string', version: 'number', aliases: 'array' })
    },
    execute: async given => {
      const name = String(given.name);
      const version = Number(given.version);
      const aliases = (given.aliases as string[] | undefined) ?? [];
      const answer = await showDialog({
        title: trans.__('Assign %1 v%2', name, version),
        body: new AssignForm(aliases, trans),
        buttons: [
          Dialog.cancelButton({ label: trans.__('Cancel') }),
          Dialog.okButton({ label: trans.__('Assign') })
        ]
      });
      const chosen = answer.value;
      if (answer.button.accept && chosen?.alias) {
        const { alias, reason } = chosen;
        await follow(
          client.assign(name, version, alias, reason),
          trans.__('Assigning %1 to v%2…', alias, version),
          () => trans.__('%1 of %2 is now v%3.', alias, name, version)
        );
      }
    }
  });
  commands.addCommand(ids.rollback, {
    label: trans.__('Roll Alias Back'),
    describedBy: { args: args({ name: 'string', alias: 'string' }) },
    execute: async given => {
      const [name, alias] = [String(given.name), String(given.alias)];
      const answer = await showDialog({
        title: trans.__('Roll %1 back?', alias),
        body: trans.__(
          '%1 of %2 points at the version before again.',
          alias,
          name
        ),
        buttons: [
          Dialog.cancelButton({ label: trans.__('Cancel') }),
          Dialog.okButton({ label: trans.__('Roll back') })
        ]
      });
      if (answer.button.accept) {
        await follow(
          client.rollback(name, alias),
          trans.__('Rolling %1 back…', alias),
          () => trans.__('%1 of %2 was rolled back.', alias, name)
        );
      }
    }
  });
}
