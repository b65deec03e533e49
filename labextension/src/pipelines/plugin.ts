import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { JupyterLab } from '@jupyterlab/application';
import { INbopsClient, IPipelinesModel } from '../tokens';
import { PipelinesModel } from './model';

/** Knows the promoted notebooks. */
export const pipelinesPlugin: JupyterFrontEndPlugin<PipelinesModel> = {
  id: 'nbops:pipelines',
  description: 'Knows the promoted notebooks.',
  autoStart: true,
  requires: [INbopsClient],
  optional: [JupyterLab.IInfo],
  provides: IPipelinesModel,
  activate: (
    _: JupyterFrontEnd,
    client: INbopsClient,
    lab: JupyterLab.IInfo | null
  ) => new PipelinesModel({ client, standby: () => lab?.isConnected === false })
};
