import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { JupyterLab } from '@jupyterlab/application';
import { INbopsClient, IRunsModel } from '../tokens';
import { RunsModel } from './model';

/** Knows the runs of the workspace. */
export const runsPlugin: JupyterFrontEndPlugin<RunsModel> = {
  id: 'nbops:runs',
  description: 'Knows the runs of the workspace.',
  autoStart: true,
  requires: [INbopsClient],
  optional: [JupyterLab.IInfo],
  provides: IRunsModel,
  activate: (
    _: JupyterFrontEnd,
    client: INbopsClient,
    lab: JupyterLab.IInfo | null
  ) => new RunsModel({ client, standby: () => lab?.isConnected === false })
};
