import type { JSONValue } from '@lumino/coreutils';
import type { IPipeline } from '../client/wire';
import { SectionModel } from '../sections/model';

/** The promoted notebooks, and what runs of them are under way. */
export class PipelinesModel extends SectionModel<readonly IPipeline[]> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'pipelines', interval: 30_000 });
  }

  /** Whether a run of *pipeline* that was started here is under way. */
  isRunning(pipeline: string): boolean {
    return this._running.has(pipeline);
  }

  /** Run *pipeline*; resolves with the run's name when it has ended. */
  async run(
    pipeline: string,
    parameters: Record<string, JSONValue>
  ): Promise<string> {
    this._running.add(pipeline);
    this.changed();
    try {
      const run = await this.client.runPipeline(pipeline, parameters);
      return run.name ?? pipeline;
    } finally {
      this._running.delete(pipeline);
      this.changed();
    }
  }

  protected fetch(): Promise<readonly IPipeline[]> {
    return this.client.pipelines();
  }

  private _running = new Set<string>();
}
