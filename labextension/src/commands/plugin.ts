import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { JSONObject } from '@lumino/coreutils';
import type { DriftModel } from '../drift/model';
import { nbopsIcon } from '../icon';
import type { PipelinesModel } from '../pipelines/model';
import type { RegistryModel } from '../registry/model';
import type { RunsModel } from '../runs/model';
import type { StatusModel } from '../status/model';
import {
  IDriftModel,
  INbopsClient,
  INbopsCommands,
  IPipelinesModel,
  IRegistryModel,
  IRunsModel,
  IStatusModel
} from '../tokens';
import { complain, follow } from './follow';
import { ids } from './ids';
import { addRunCommands } from './runs';
import { args } from './schemas';
import { addVersionCommands } from './versions';

/** Id of the sidebar's widget. */
export const PANEL = 'nbops-panel';

/** Provides the commands. */
export const commandsPlugin: JupyterFrontEndPlugin<INbopsCommands> = {
  id: 'nbops:commands',
  description: 'Adds the nbops commands.',
  autoStart: true,
  requires: [
    INbopsClient,
    IRunsModel,
    IRegistryModel,
    IDriftModel,
    IPipelinesModel,
    IStatusModel
  ],
  optional: [ICommandPalette, ITranslator],
  provides: INbopsCommands,
  activate: (
    app: JupyterFrontEnd,
    client: INbopsClient,
    runs: RunsModel,
    registry: RegistryModel,
    drift: DriftModel,
    pipelines: PipelinesModel,
    status: StatusModel,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load('nbops');
    const models = [runs, registry, drift, pipelines, status];
    commands.addCommand(ids.open, {
      label: trans.__('Show Runs, Models and Drift (nbops)'),
      icon: nbopsIcon,
      describedBy: { args: args() },
      execute: () => app.shell.activateById(PANEL)
    });
    commands.addCommand(ids.refresh, {
      label: trans.__('Look Again'),
      caption: trans.__('Look again'),
      icon: refreshIcon,
      describedBy: { args: args() },
      execute: () => Promise.allSettled(models.map(model => model.refresh()))
    });
    commands.addCommand(ids.openNotebook, {
      label: trans.__('Open Pipeline Notebook'),
      describedBy: { args: args({ path: 'string' }) },
      execute: given =>
        commands.execute('docmanager:open', { path: given.path })
    });
    commands.addCommand(ids.runPipeline, {
      label: trans.__('Run Pipeline'),
      describedBy: { args: args({ name: 'string', parameters: 'object' }) },
      execute: async given => {
        const name = String(given.name);
        await follow(
          pipelines.run(name, given.parameters as JSONObject),
          trans.__('Running %1…', name),
          run => trans.__('%1 has finished.', run)
        );
      }
    });
    commands.addCommand(ids.verifyPipeline, {
      label: trans.__('Verify Pipeline Again'),
      describedBy: { args: args({ name: 'string' }) },
      execute: async given => {
        const name = String(given.name);
        await follow(
          pipelines.verify(name),
          trans.__('Verifying %1 in a fresh kernel…', name),
          done =>
            done.verified
              ? trans.__('%1 is verified: %2', name, done.told ?? '')
              : trans.__('%1 is not verified: %2', name, done.told ?? '')
        );
      }
    });
    commands.addCommand(ids.cancelPipeline, {
      label: trans.__('Cancel Running Pipeline'),
      describedBy: { args: args({ run: 'string', name: 'string' }) },
      execute: given =>
        complain(
          given.run
            ? pipelines.cancel(String(given.run))
            : pipelines.cancelUnseen(String(given.name))
        )
    });
    const options = { commands, client, runs, trans };
    addRunCommands(options);
    addVersionCommands(options);
    const category = trans.__('MLOps');
    palette?.addItem({ command: ids.open, category });
    palette?.addItem({ command: ids.refresh, category });
    return ids;
  }
};
