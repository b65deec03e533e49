import type { JSONValue } from '@lumino/coreutils';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type * as wire from './client/wire';
import type { DriftModel } from './drift/model';
import type { PipelinesModel } from './pipelines/model';
import type { RegistryModel } from './registry/model';
import type { RunsModel } from './runs/model';
import type { StatusModel } from './status/model';

/** Speaks with the server's `nbops/` routes. Every call rejects with a `Complaint`. */
export interface INbopsClient {
  /** Emitted after a call changed something that other sections show. */
  readonly changed: ISignal<INbopsClient, void>;
  /** The notebook in front, as the file browser names it; chooses the workspace. */
  notebook: string;
  /** A page of runs, latest first. */
  runs(query: INbopsClient.IRunsQuery): Promise<wire.IRunsPage>;
  /** Rename, note, star, hide or bring back a run. */
  changeRun(run: string, changes: wire.IRunChanges): Promise<wire.IRun>;
  /** Delete a run softly. */
  deleteRun(run: string): Promise<void>;
  /** What promoting a run would keep and leave out; executes and writes nothing. */
  explain(run: string): Promise<wire.IExplanation>;
  /** Turn a run into a verified pipeline; resolves when the pipeline is written. */
  promote(
    run: string,
    options?: INbopsClient.IPromoteOptions
  ): Promise<wire.IPromotion>;
  /** Pipelines that run now, whoever started them. */
  running(): Promise<wire.IRunningPage>;
  /** Stop a running pipeline with every process that it has started. */
  cancel(run: string): Promise<void>;
  /** Promoted notebooks, latest first. */
  pipelines(): Promise<wire.IPipeline[]>;
  /** Run a pipeline; resolves when it has ended. */
  runPipeline(
    pipeline: string,
    parameters: Record<string, JSONValue>
  ): Promise<Partial<wire.IRun>>;
  /** Prove a pipeline again, as it is now; resolves with the verdict. */
  verify(
    pipeline: string,
    onProgress?: (line: string) => void
  ): Promise<wire.IVerification>;
  /** Registered models with their versions. */
  models(): Promise<wire.IModel[]>;
  /** Make the model of a run the next version of a name. */
  register(run: string, name: string): Promise<Partial<wire.IVersion>>;
  /** Point an alias at a version. */
  assign(
    name: string,
    version: number,
    alias: string,
    reason?: string
  ): Promise<void>;
  /** Point an alias at the version that it pointed at before. */
  rollback(name: string, alias: string): Promise<void>;
  /** Watches with their reports. */
  drift(): Promise<wire.IWatch[]>;
  /** The workspace at a glance. */
  status(): Promise<wire.IStatus>;
}

export namespace INbopsClient {
  /** Which runs to ask for. */
  export interface IRunsQuery {
    /** Only runs of the notebook in front. */
    here?: boolean;
    /** Words in names, values and tags. */
    query?: string;
    /** Also hidden and empty runs. */
    hidden?: boolean;
    /** Length of the page. */
    limit?: number;
  }

  /** How to promote. */
  export interface IPromoteOptions {
    /** Of the pipeline; the run's by default. */
    name?: string;
    /** Is given what the proof says about itself. */
    onProgress?: (line: string) => void;
  }
}

export const INbopsClient = new Token<INbopsClient>(
  'nbops:INbopsClient',
  'Speaks with the nbops server extension.'
);

/** Ids of the commands, so that nobody else spells them out. */
export interface INbopsCommands {
  readonly open: string;
  readonly refresh: string;
  readonly jump: string;
  readonly promote: string;
  readonly register: string;
  readonly assign: string;
  readonly rollback: string;
  readonly change: string;
  readonly remove: string;
  readonly openNotebook: string;
  readonly runPipeline: string;
  readonly cancelPipeline: string;
  readonly verifyPipeline: string;
}

export const INbopsCommands = new Token<INbopsCommands>(
  'nbops:INbopsCommands',
  'Ids of the nbops commands.'
);

export const IRunsModel = new Token<RunsModel>(
  'nbops:IRunsModel',
  'The runs of the workspace.'
);

export const IRegistryModel = new Token<RegistryModel>(
  'nbops:IRegistryModel',
  'The models, their versions and the aliases that point at them.'
);

export const IDriftModel = new Token<DriftModel>(
  'nbops:IDriftModel',
  'The watches and their reports.'
);

export const IPipelinesModel = new Token<PipelinesModel>(
  'nbops:IPipelinesModel',
  'The promoted notebooks.'
);

export const IStatusModel = new Token<StatusModel>(
  'nbops:IStatusModel',
  'The workspace at a glance.'
);
