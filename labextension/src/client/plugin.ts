import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INbopsClient } from '../tokens';
import { NbopsClient } from './client';

/** Provides the way to the server. */
export const clientPlugin: JupyterFrontEndPlugin<INbopsClient> = {
  id: 'nbops:client',
  description: 'Speaks with the nbops server extension.',
  autoStart: true,
  provides: INbopsClient,
  activate: (app: JupyterFrontEnd) =>
    new NbopsClient({ serverSettings: app.serviceManager.serverSettings })
};
