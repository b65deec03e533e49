import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { StatusModel } from '../status/model';
import { INbopsCommands, IStatusModel } from '../tokens';
import { Item, needsAttention } from './item';

/** Shows what waits and what alarms in the status bar. */
export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'nbops:status-bar',
  description:
    'Shows runs that wait for MLflow and drift alerts in the status bar.',
  autoStart: true,
  requires: [INbopsCommands, IStatusModel],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    ids: INbopsCommands,
    model: StatusModel,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbops');
    if (!statusBar) {
      return;
    }
    const item = ReactWidget.create(
      <UseSignal signal={model.stateChanged}>
        {() => (
          <Item
            status={model.value}
            trans={trans}
            onOpen={() => void app.commands.execute(ids.open)}
          />
        )}
      </UseSignal>
    );
    statusBar.registerStatusItem('nbops:status-bar', {
      item,
      align: 'left',
      rank: 20,
      isActive: () => needsAttention(model.value)
    });
    void app.restored.then(() => {
      model.shown = true;
    });
  }
};
