import { clientPlugin } from './client/plugin';
import { commandsPlugin } from './commands/plugin';
import { driftPlugin } from './drift/plugin';
import { notebookPlugin } from './notebook/plugin';
import { panelPlugin } from './panel/plugin';
import { pipelinesPlugin } from './pipelines/plugin';
import { registryPlugin } from './registry/plugin';
import { runsPlugin } from './runs/plugin';
import { statusPlugin } from './status/plugin';
import { statusBarPlugin } from './statusbar/plugin';

export * from './tokens';

export default [
  clientPlugin,
  runsPlugin,
  registryPlugin,
  driftPlugin,
  pipelinesPlugin,
  statusPlugin,
  commandsPlugin,
  notebookPlugin,
  panelPlugin,
  statusBarPlugin
];
