import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import {
  CommandToolbarButton,
  ReactWidget,
  Toolbar,
  UseSignal
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { Drift } from '../drift/view';
import type { DriftModel } from '../drift/model';
import { Pipelines } from '../pipelines/view';
import type { PipelinesModel } from '../pipelines/model';
import { Registry } from '../registry/view';
import type { RegistryModel } from '../registry/model';
import { Runs } from '../runs/view';
import type { RunsModel } from '../runs/model';
import { Section } from '../sections/section';
import type { StatusModel } from '../status/model';
import {
  IDriftModel,
  INbopsCommands,
  IPipelinesModel,
  IRegistryModel,
  IRunsModel,
  IStatusModel
} from '../tokens';
import { actionsOf } from './actions';
import { NbopsPanel } from './panel';
import { Pending } from './pending';

const RANK = 600;

/** Adds the sidebar. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'nbops:panel',
  description: 'Adds the sidebar with runs, models, drift and pipelines.',
  autoStart: true,
  requires: [
    INbopsCommands,
    IRunsModel,
    IRegistryModel,
    IDriftModel,
    IPipelinesModel,
    IStatusModel
  ],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    ids: INbopsCommands,
    runs: RunsModel,
    registry: RegistryModel,
    drift: DriftModel,
    pipelines: PipelinesModel,
    status: StatusModel,
    restorer: ILayoutRestorer | null,
    optionalTranslator: ITranslator | null
  ) => {
    const translator = optionalTranslator ?? nullTranslator;
    const trans = translator.load('nbops');
    const actions = actionsOf(app.commands, ids, registry);
    const models = [runs, registry, drift, pipelines];
    const panel = new NbopsPanel({
      translator,
      onShown: shown => {
        models.forEach(model => {
          model.shown = shown;
        });
        status.shown = status.shown || shown;
      }
    });
    panel.toolbar.addItem(
      'pending',
      ReactWidget.create(
        <UseSignal signal={status.stateChanged}>
          {() => <Pending status={status.value} trans={trans} />}
        </UseSignal>
      )
    );
    panel.toolbar.addItem('spacer', Toolbar.createSpacerItem());
    panel.toolbar.addItem(
      'refresh',
      new CommandToolbarButton({
        commands: app.commands,
        id: ids.refresh,
        label: ''
      })
    );
    panel.addSection(
      trans.__('Runs'),
      new Section({
        model: runs,
        trans,
        draw: value => (
          <Runs runs={value} model={runs} actions={actions.run} trans={trans} />
        )
      })
    );
    panel.addSection(
      trans.__('Registry'),
      new Section({
        model: registry,
        trans,
        draw: value => (
          <Registry
            models={value}
            model={registry}
            actions={actions.version}
            trans={trans}
          />
        )
      })
    );
    panel.addSection(
      trans.__('Drift'),
      new Section({
        model: drift,
        trans,
        draw: value => <Drift watches={value} trans={trans} />
      })
    );
    panel.addSection(
      trans.__('Pipelines'),
      new Section({
        model: pipelines,
        trans,
        draw: value => (
          <Pipelines
            pipelines={value}
            model={pipelines}
            actions={actions.pipeline}
            trans={trans}
          />
        )
      })
    );
    app.shell.add(panel, 'left', { rank: RANK, type: 'nbops' });
    restorer?.add(panel, panel.id);
  }
};
