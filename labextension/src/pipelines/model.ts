import type { JSONValue } from '@lumino/coreutils';
import type { IPipeline, IRunning, IVerification, Value } from '../client/wire';
import type { IProgress } from '../promotion/progress';
import { readProgress } from '../promotion/progress';
import { SectionModel } from '../sections/model';
import { LiveModel } from './live';

/** A run that was started here. */
interface IStarted {
  /** What is shown of it until the server tells of it. */
  row: IRunning;
  /** Runs that were under way before. */
  before: ReadonlySet<string>;
  /** Its id; empty until it is known. */
  run: string;
}

/** The promoted notebooks, and what runs of pipelines are under way. */
export class PipelinesModel extends SectionModel<readonly IPipeline[]> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'pipelines', interval: 30_000 });
    this._live = new LiveModel(options);
    this._live.stateChanged.connect(this._onLiveChanged, this);
  }

  override get shown(): boolean {
    return super.shown;
  }
  override set shown(shown: boolean) {
    super.shown = shown;
    this._live.shown = shown;
  }

  /** What runs now, whoever started it, the latest begun first. */
  get running(): readonly IRunning[] {
    const seen = (this._live.value?.running ?? []).map(one =>
      this._cancelling.has(one.run)
        ? { ...one, state: 'cancelling' as const }
        : one
    );
    const unseen = [...this._started.values()].filter(one => !one.run);
    return [...unseen.map(one => one.row), ...seen];
  }

  /** Seconds since *running* began. */
  elapsed(running: IRunning): number {
    return running.run
      ? this._live.elapsed(running.started)
      : Math.max(0, Date.now() / 1000 - running.started);
  }

  /** Whether a run of *pipeline* is under way. */
  isRunning(pipeline: string): boolean {
    return (
      this._started.has(pipeline) ||
      this.running.some(one => one.pipeline === pipeline)
    );
  }

  /** Run *pipeline*; resolves with the run's name when it has ended. */
  async run(
    pipeline: string,
    parameters: Record<string, JSONValue>
  ): Promise<string> {
    this._started.set(pipeline, {
      row: {
        run: '',
        pipeline,
        path: pipeline,
        cell: 0,
        cells: 0,
        title: '',
        started: Date.now() / 1000,
        state: 'running',
        parameters: parameters as Record<string, Value>
      },
      before: new Set(this._live.value?.running.map(one => one.run)),
      run: ''
    });
    this._live.expecting = true;
    this.changed();
    try {
      const run = await this.client.runPipeline(pipeline, parameters);
      return run.name ?? pipeline;
    } finally {
      this._started.delete(pipeline);
      this._live.expecting = this._started.size > 0;
      this.changed();
    }
  }

  /** How far the proof of *pipeline* is; undefined while it is not being proven, null before its first cell. */
  verifying(pipeline: string): IProgress | null | undefined {
    return this._verifying.get(pipeline);
  }

  /** Prove *pipeline* again; resolves with the verdict. */
  async verify(pipeline: string): Promise<IVerification> {
    this._verifying.set(pipeline, null);
    this.changed();
    try {
      return await this.client.verify(pipeline, line => {
        const progress = readProgress(line);
        if (progress) {
          this._verifying.set(pipeline, progress);
          this.changed();
        }
      });
    } finally {
      this._verifying.delete(pipeline);
      this.changed();
    }
  }

  /** Stop the run of *pipeline* that was started here and is not to be seen yet, as soon as it is. */
  async cancelUnseen(pipeline: string): Promise<void> {
    const started = this._started.get(pipeline);
    if (started?.run) {
      return this.cancel(started.run);
    }
    if (started) {
      started.row = { ...started.row, state: 'cancelling' };
      this.changed();
    }
  }

  /** Stop *run*; resolves when it has ended. */
  async cancel(run: string): Promise<void> {
    this._cancelling.add(run);
    this.changed();
    try {
      await this.client.cancel(run);
    } finally {
      this._cancelling.delete(run);
      void this._live.refresh();
      this.changed();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._live.dispose();
    }
    super.dispose();
  }

  protected fetch(): Promise<readonly IPipeline[]> {
    return this.client.pipelines();
  }

  private _onLiveChanged(): void {
    for (const one of this._live.value?.running ?? []) {
      const started = this._started.get(one.pipeline);
      if (started && !started.run && !started.before.has(one.run)) {
        started.run = one.run;
        if (started.row.state === 'cancelling') {
          void this.cancel(one.run).catch(() => undefined); // the row stays, and can be cancelled again
        }
      }
    }
    const before = this._seen;
    this._seen = new Set(this._live.value?.running.map(one => one.run));
    if ([...before].some(run => !this._seen.has(run))) {
      void this.refresh();
    }
    this.changed();
  }

  private _cancelling = new Set<string>();
  private _live: LiveModel;
  private _seen = new Set<string>();
  private _started = new Map<string, IStarted>();
  private _verifying = new Map<string, IProgress | null>();
}
