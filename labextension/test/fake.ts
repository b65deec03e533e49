import { Signal } from '@lumino/signaling';
import type * as wire from '../src/client/wire';
import type { INbopsClient } from '../src/tokens';

/** A client that answers from memory and counts how often it is asked. */
export class FakeClient implements INbopsClient {
  readonly changed: Signal<INbopsClient, void> = new Signal<INbopsClient, void>(
    this
  );
  notebook = '';
  asked: INbopsClient.IRunsQuery[] = [];
  here: wire.IRunsPage = page([]);
  all: wire.IRunsPage = page([]);
  found: wire.IModel[] = [];
  watches: wire.IWatch[] = [];
  written: wire.IPipeline[] = [];
  live: wire.IRunningPage = { running: [], now: 0 };
  explained: wire.IExplanation = {
    run_id: 'r',
    name: 'late',
    pipeline: 'late',
    target: 4,
    kept: [aCell(1), aCell(4)],
    dropped: [aCell(2), aCell(3)],
    parameters: [],
    candidates: [],
    cautions: [],
    open_path: 'wine.ipynb',
    total: 4
  };
  failure: Error | null = null;
  ran: [string, object][] = [];

  async runs(query: INbopsClient.IRunsQuery): Promise<wire.IRunsPage> {
    this.asked.push(query);
    this.complain();
    return query.here ? this.here : this.all;
  }

  async models(): Promise<wire.IModel[]> {
    this.complain();
    return this.found;
  }

  async drift(): Promise<wire.IWatch[]> {
    return this.watches;
  }

  async pipelines(): Promise<wire.IPipeline[]> {
    return this.written;
  }

  async runPipeline(
    pipeline: string,
    parameters: object
  ): Promise<Partial<wire.IRun>> {
    this.ran.push([pipeline, parameters]);
    await Promise.resolve();
    this.complain();
    return { name: 'march' };
  }

  async status(): Promise<wire.IStatus> {
    return {
      version: '1',
      exists: true,
      pending: 1,
      recorder: 'idle',
      alerts: 0
    };
  }

  async changeRun(run: string): Promise<wire.IRun> {
    await Promise.resolve();
    this.complain();
    return aRun(run);
  }

  async deleteRun(): Promise<void> {
    this.changed.emit();
  }

  async explain(): Promise<wire.IExplanation> {
    await Promise.resolve();
    this.complain();
    return this.explained;
  }

  async promote(
    run: string,
    options: INbopsClient.IPromoteOptions = {}
  ): Promise<wire.IPromotion> {
    this.ran.push([run, { name: options.name }]);
    options.onProgress?.('verifying late: cell 2/8 · df = 1 · 0:01');
    await Promise.resolve();
    this.complain();
    return { verified: true, verdict: '1 metric equal', open_path: 'a.ipynb' };
  }

  async running(): Promise<wire.IRunningPage> {
    return this.live;
  }

  async cancel(run: string): Promise<void> {
    this.ran.push(['cancel', { run }]);
    await Promise.resolve();
    this.complain();
    this.live = { running: [], now: 0 };
  }

  async verify(
    pipeline: string,
    onProgress?: (line: string) => void
  ): Promise<wire.IVerification> {
    this.ran.push(['verify', { pipeline }]);
    onProgress?.('verifying wine: cell 2/8 · df = 1 · 0:01');
    await Promise.resolve();
    this.complain();
    return { verified: false, told: 'accuracy differs' };
  }

  async register(): Promise<Partial<wire.IVersion>> {
    return {};
  }

  async assign(): Promise<void> {
    this.changed.emit();
  }

  async rollback(): Promise<void> {
    this.changed.emit();
  }

  private complain(): void {
    if (this.failure) {
      throw this.failure;
    }
  }
}

/** A page with these runs. */
export function page(runs: wire.IRun[], total = runs.length): wire.IRunsPage {
  return { runs, total, pending: 0 };
}

/** A finished run. */
export function aRun(id: string, more: Partial<wire.IRun> = {}): wire.IRun {
  return {
    run_id: id,
    name: id,
    status: 'FINISHED',
    params: {},
    metrics: {},
    ...more
  };
}

/** The execution with this index. */
export function aCell(
  index: number,
  more: Partial<wire.IExplainedCell> = {}
): wire.IExplainedCell {
  return {
    index,
    count: index,
    source: `x = ${index}`,
    lines: [],
    readers: [],
    edges: [],
    ...more
  };
}

/** Words as they stand in the code. */
export const trans = {
  __: (text: string, ...values: unknown[]) =>
    values.reduce<string>(
      (said, value, index) => said.replace(`%${index + 1}`, String(value)),
      text
    )
} as never;
