import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { JupyterLab } from '@jupyterlab/application';
import { INbopsClient, IRegistryModel } from '../tokens';
import { RegistryModel } from './model';

/** Knows the model versions and their aliases. */
export const registryPlugin: JupyterFrontEndPlugin<RegistryModel> = {
  id: 'nbops:registry',
  description: 'Knows the model versions and their aliases.',
  autoStart: true,
  requires: [INbopsClient],
  optional: [JupyterLab.IInfo],
  provides: IRegistryModel,
  activate: (
    _: JupyterFrontEnd,
    client: INbopsClient,
    lab: JupyterLab.IInfo | null
  ) => new RegistryModel({ client, standby: () => lab?.isConnected === false })
};
