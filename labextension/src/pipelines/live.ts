import type { IRunningPage } from '../client/wire';
import { SectionModel } from '../sections/model';

const IDLE = 5000;
const BUSY = 1000;

/** What runs now: looked at every second while something does. */
export class LiveModel extends SectionModel<IRunningPage> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'running', interval: IDLE });
  }

  /** Whether something was started here that is not to be seen yet. */
  get expecting(): boolean {
    return this._expecting;
  }
  set expecting(expecting: boolean) {
    this._expecting = expecting;
    void this.refresh();
  }

  protected async fetch(): Promise<IRunningPage> {
    const page = await this.client.running();
    this._answered = Date.now();
    this.pace(page.running.length > 0 || this._expecting ? BUSY : IDLE);
    return page;
  }

  /** Seconds since *started*, by the server's clock. */
  elapsed(started: number): number {
    const now = (this.value?.now ?? 0) + (Date.now() - this._answered) / 1000;
    return Math.max(0, now - started);
  }

  private _answered = 0;
  private _expecting = false;
}
