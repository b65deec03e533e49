import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { JupyterLab } from '@jupyterlab/application';
import { INbopsClient, IStatusModel } from '../tokens';
import { StatusModel } from './model';

/** Knows the workspace at a glance. */
export const statusPlugin: JupyterFrontEndPlugin<StatusModel> = {
  id: 'nbops:status',
  description: 'Knows the workspace at a glance.',
  autoStart: true,
  requires: [INbopsClient],
  optional: [JupyterLab.IInfo],
  provides: IStatusModel,
  activate: (
    _: JupyterFrontEnd,
    client: INbopsClient,
    lab: JupyterLab.IInfo | null
  ) => new StatusModel({ client, standby: () => lab?.isConnected === false })
};
