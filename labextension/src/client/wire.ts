/** What the server's routes answer with. Names are those of the JSON. */

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';
export type PipelineState = 'verified' | 'stale' | 'unverified';
export type DriftState = 'ok' | 'warn' | 'alert' | 'unknown';

/** A plain JSON value of a parameter. */
export type Value =
  string | number | boolean | null | Value[] | { [key: string]: Value };

/** A dataset that a run read or wrote. */
export interface ISnapshotUse {
  name: string;
  id: string | null;
  role?: string | null;
  rows?: number | null;
  pending?: boolean;
}

/** A model that a run fitted. */
export interface IRunModel {
  name: string;
  class?: string;
  uri?: string | null;
}

/** One recorded execution of a cell or of a pipeline. */
export interface IRun {
  run_id: string;
  name: string;
  status: RunStatus;
  params: Record<string, Value>;
  metrics: Record<string, number>;
  snapshots?: ISnapshotUse[];
  models?: IRunModel[];
  kind?: string;
  experiment?: string | null;
  /** Seconds since the epoch, or an ISO date. */
  started?: number | string | null;
  duration?: number | null;
  notebook?: string | null;
  /** The notebook as the file browser names it; null outside of what Jupyter serves. */
  open_path?: string | null;
  cell?: string | null;
  count?: number | null;
  /** The session of the kernel that executed it, and its place there. */
  session?: string | null;
  execution?: number | null;
  repeat_of?: string | null;
  error?: { ename?: string; evalue?: string } | null;
  git?: { commit?: string; branch?: string; dirty?: boolean } | null;
  warnings?: string[];
  tags?: Record<string, string>;
  note?: string | null;
  starred?: boolean;
  hidden?: boolean;
  pending?: boolean;
}

/** A page of runs, latest first. */
export interface IRunsPage {
  runs: IRun[];
  total: number;
  /** How many records wait for the recorder. */
  pending: number;
}

/** A version of a model. */
export interface IVersion {
  name: string;
  version: number;
  aliases: string[];
  status?: string | null;
  metrics?: Record<string, number>;
  run_id?: string | null;
  created?: number | string | null;
  by?: string | null;
  drift?: DriftState | { state?: DriftState } | null;
}

/** A registered model; versions latest first. */
export interface IModel {
  name: string;
  versions: IVersion[];
}

/** One side of a comparison. */
export interface IWindow {
  name?: string | null;
  rows?: number | null;
  from?: string | null;
  to?: string | null;
}

/** What a report says about one column. */
export interface IColumn {
  name: string;
  role?: string | null;
  statistic?: number | null;
  threshold?: number | null;
  drifted: boolean;
  sentence?: string | null;
}

/** A current profile held against a reference profile. */
export interface IReport {
  watch: string;
  model?: string | null;
  version?: number | null;
  label?: string | null;
  state: DriftState;
  current?: IWindow | null;
  reference?: IWindow | null;
  columns: IColumn[];
  created?: number | string | null;
}

/** A standing monitor; reports oldest first. */
export interface IWatch {
  name: string;
  model?: string | null;
  version?: number | null;
  state: DriftState;
  reports: IReport[];
}

/** A named, typed input of a pipeline. */
export interface IParameter {
  name: string;
  type?: string | null;
  default?: Value;
  /** The only values that it takes. */
  choices?: Value[] | null;
  minimum?: number | null;
  maximum?: number | null;
  /** Its default names where the secret is; it never holds one. */
  secret?: boolean | null;
  nullable?: boolean | null;
  help?: string | null;
}

/** An execution that a slice kept or left out. */
export interface ISliced {
  count?: number | null;
  cell?: string | null;
  reason?: string | null;
  source?: string | null;
}

/** An execution that a pipeline tells of. */
export interface IKeptCell extends ISliced {
  /** Its place in the session, from 1. */
  index?: number;
  lines?: number[];
  readers?: number[];
}

/** One thing that makes an execution needed. */
export interface IReason {
  /** The sentence, beginning with `kept:`. */
  text: string;
  subject: string;
  /** Line of the source that does it, from 1; 0 where nobody knows. */
  line: number;
  /** Index of the execution that depends on it; null for whoever asked. */
  reader: number | null;
}

/** An execution that a promotion would keep or leave out. */
export interface IExplainedCell extends ISliced {
  /** Its place in the session, from 1. */
  index: number;
  /** Lines of the source that matter. */
  lines: number[];
  /** Indices of the executions that depend on it. */
  readers: number[];
  edges: IReason[];
}

/** What a promotion would keep and leave out, and why. */
export interface IExplanation {
  run_id: string;
  /** Of the run. */
  name: string;
  /** Name that the pipeline would get. */
  pipeline: string;
  /** Index of the execution that is reproduced. */
  target: number;
  kept: IExplainedCell[];
  dropped: IExplainedCell[];
  parameters: IParameter[];
  candidates: string[];
  cautions: string[];
  open_path: string | null;
  total: number;
}

/** A pipeline that runs now. */
export interface IRunning {
  /** Id of its run; empty while it has none that is known here. */
  run: string;
  pipeline: string;
  path: string;
  open_path?: string | null;
  /** Zero-based index of the cell that runs. */
  cell: number;
  cells: number;
  /** First line of that cell. */
  title: string;
  /** Seconds since the epoch, by the server's clock. */
  started: number;
  attempt?: number;
  state: 'running' | 'cancelling';
  origin?: string;
  /** What was given; other parameters keep their defaults. */
  parameters?: Record<string, Value>;
}

/** What runs now, and what time it is where it runs. */
export interface IRunningPage {
  running: IRunning[];
  now: number;
}

/** A parameterized notebook. */
export interface IPipeline {
  name: string;
  path: string;
  open_path?: string | null;
  run_id?: string | null;
  verified: boolean;
  verdict?: string | null;
  /** Whether the proof still holds; servers of before do not say. */
  state?: PipelineState | null;
  /** Why, in a sentence. */
  reason?: string | null;
  parameters: IParameter[];
  created?: number | string | null;
  kept?: IKeptCell[];
  dropped?: IKeptCell[];
  last_runs?: IRun[];
}

/** What a promotion ended with. */
export interface IPromotion {
  notebook?: string;
  open_path?: string | null;
  verified?: boolean;
  verdict?: string | null;
}

/** What proving a pipeline again ended with. */
export interface IVerification {
  verified: boolean;
  /** What was compared, or what stands against it. */
  told?: string;
}

/** The workspace at a glance. */
export interface IStatus {
  version: string;
  exists: boolean;
  pending: number;
  recorder: string;
  alerts: number;
}

/** Something that takes longer than a request. */
export interface IErrand<T> {
  key: string;
  state: 'running' | 'done' | 'failed';
  progress: string;
  result: T | null;
  error: IComplaint | null;
}

/** The one shape of errors. */
export interface IComplaint {
  error: string;
  message: string;
  hint: string;
}

/** What a person may change about a run. */
export interface IRunChanges {
  name?: string;
  note?: string;
  star?: boolean;
  hide?: boolean;
  deleted?: false;
}
