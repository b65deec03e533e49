import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { RegistryModel } from '../registry/model';
import type { IPipelineActions } from '../pipelines/view';
import type { IVersionActions } from '../registry/view';
import type { IRunActions } from '../runs/view';
import type { INbopsCommands } from '../tokens';

const USUAL_ALIASES = ['champion', 'challenger'];

/** Everything that a click in the sidebar does, as commands. */
export interface IActions {
  run: IRunActions;
  version: IVersionActions;
  pipeline: IPipelineActions;
}

/** Bind the clicks to the commands. */
export function actionsOf(
  commands: CommandRegistry,
  ids: INbopsCommands,
  registry: RegistryModel
): IActions {
  const go = (id: string, given: ReadonlyPartialJSONObject) =>
    void commands.execute(id, given);
  return {
    run: {
      jump: run => {
        if (run.open_path && run.cell) {
          go(ids.jump, { path: run.open_path, cell: run.cell });
        } else if (run.open_path) {
          go(ids.openNotebook, { path: run.open_path });
        }
      },
      promote: run => go(ids.promote, { run: run.run_id, name: run.name }),
      register: run =>
        go(ids.register, {
          run: run.run_id,
          model: run.models?.[0]?.name ?? ''
        }),
      change: (run, changes) =>
        go(ids.change, { run: run.run_id, changes: { ...changes } }),
      remove: run => go(ids.remove, { run: run.run_id, name: run.name })
    },
    version: {
      assign: version => {
        const known = (registry.value ?? []).flatMap(model =>
          model.versions.flatMap(other => other.aliases)
        );
        const aliases = [...new Set([...USUAL_ALIASES, ...known])];
        go(ids.assign, {
          name: version.name,
          version: version.version,
          aliases
        });
      },
      rollback: (version, alias) =>
        go(ids.rollback, { name: version.name, alias })
    },
    pipeline: {
      open: path => go(ids.openNotebook, { path }),
      run: (pipeline, parameters) =>
        go(ids.runPipeline, { name: pipeline.name, parameters }),
      verify: pipeline => go(ids.verifyPipeline, { name: pipeline.name }),
      cancel: running =>
        go(ids.cancelPipeline, { run: running.run, name: running.pipeline })
    }
  };
}
