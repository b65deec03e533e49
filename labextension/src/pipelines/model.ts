import type { JSONValue } from '@lumino/coreutils';
import type { IPipeline, IRunning } from '../client/wire';
import { SectionModel } from '../sections/model';
import { LiveModel } from './live';

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
    return (this._live.value?.running ?? []).map(one =>
      this._cancelling.has(one.run) ? { ...one, state: 'cancelling' } : one
    );
  }

  /** Seconds since *running* began. */
  elapsed(running: IRunning): number {
    return this._live.elapsed(running.started);
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
    this._started.add(pipeline);
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
    const before = this._seen;
    this._seen = new Set(this.running.map(one => one.run));
    if ([...before].some(run => !this._seen.has(run))) {
      void this.refresh();
    }
    this.changed();
  }

  private _cancelling = new Set<string>();
  private _live: LiveModel;
  private _seen = new Set<string>();
  private _started = new Set<string>();
}
