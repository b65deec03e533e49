import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { JupyterLab } from '@jupyterlab/application';
import { INbopsClient, IDriftModel } from '../tokens';
import { DriftModel } from './model';

/** Knows what the watches saw. */
export const driftPlugin: JupyterFrontEndPlugin<DriftModel> = {
  id: 'nbops:drift',
  description: 'Knows what the watches saw.',
  autoStart: true,
  requires: [INbopsClient],
  optional: [JupyterLab.IInfo],
  provides: IDriftModel,
  activate: (
    _: JupyterFrontEnd,
    client: INbopsClient,
    lab: JupyterLab.IInfo | null
  ) => new DriftModel({ client, standby: () => lab?.isConnected === false })
};
