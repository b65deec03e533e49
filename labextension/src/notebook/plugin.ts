import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import {
  IDriftModel,
  INbopsClient,
  IPipelinesModel,
  IRegistryModel,
  IRunsModel,
  IStatusModel
} from '../tokens';
import type { DriftModel } from '../drift/model';
import type { PipelinesModel } from '../pipelines/model';
import type { RegistryModel } from '../registry/model';
import type { RunsModel } from '../runs/model';
import type { StatusModel } from '../status/model';
import { Front } from './front';

/** Keeps the sections current with the notebook in front. */
export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: 'nbops:notebook',
  description:
    'Looks at the workspace of the notebook in front, and again when its cells have run.',
  autoStart: true,
  requires: [
    INbopsClient,
    IRunsModel,
    IRegistryModel,
    IDriftModel,
    IPipelinesModel,
    IStatusModel
  ],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    client: INbopsClient,
    runs: RunsModel,
    registry: RegistryModel,
    drift: DriftModel,
    pipelines: PipelinesModel,
    status: StatusModel,
    tracker: INotebookTracker | null
  ) => {
    if (!tracker) {
      return;
    }
    const models = [runs, registry, drift, pipelines, status];
    const front = new Front({
      tracker,
      client,
      contents: app.serviceManager.contents,
      look: () => models.forEach(model => void model.refresh())
    });
    app.shell.disposed?.connect(front.dispose, front);
  }
};
