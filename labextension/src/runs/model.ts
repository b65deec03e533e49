import type { IRun, IRunChanges, IRunsPage } from '../client/wire';
import { SectionModel } from '../sections/model';
import type { IGroup } from './fold';
import { group } from './fold';

/** What the section shows. */
export interface IRuns {
  groups: readonly IGroup[];
  /** How many runs there are in all. */
  total: number;
  /** How many of them are here. */
  loaded: number;
  /** How many records wait for the recorder. */
  pending: number;
}

const PAGE = 100;

/** The runs of the workspace: the notebook in front first, re-runs folded. */
export class RunsModel extends SectionModel<IRuns> {
  constructor(options: SectionModel.IOptions) {
    super({ ...options, name: 'runs' });
  }

  /** Words that runs must contain. */
  get query(): string {
    return this._query;
  }
  set query(query: string) {
    if (query !== this._query) {
      this._query = query;
      this._limit = PAGE;
      this.changed();
      void this.refresh();
    }
  }

  /** Whether only starred runs are shown. */
  get starred(): boolean {
    return this._starred;
  }
  set starred(starred: boolean) {
    this._starred = starred;
    this._redraw();
  }

  /** Whether hidden and empty runs are shown too. */
  get hidden(): boolean {
    return this._hidden;
  }
  set hidden(hidden: boolean) {
    this._hidden = hidden;
    this.changed();
    void this.refresh();
  }

  /** Change a run. It is shown changed at once, and as the server knows it when that has answered. */
  async change(run: string, changes: IRunChanges): Promise<void> {
    this._overrides.set(run, changes);
    this._redraw();
    try {
      await this.client.changeRun(run, changes);
      await this.refresh();
    } finally {
      this._overrides.delete(run);
      this._redraw();
    }
  }

  /** Show older runs too. */
  async more(): Promise<void> {
    this._limit = Math.min(this._limit + PAGE, 500);
    await this.refresh();
  }

  protected async fetch(): Promise<IRuns> {
    const front = this.client.notebook;
    const query = {
      query: this._query,
      hidden: this._hidden,
      limit: this._limit
    };
    const [here, all] = await Promise.all([
      front ? this.client.runs({ ...query, here: true }) : null,
      this.client.runs(query)
    ]);
    const memory = this._memory;
    const known =
      memory?.here === here && memory?.all === all && memory?.front === front;
    if (!memory || !known) {
      this._memory = { here, all, front };
      this._shownRuns = this._arranged(here, all, front);
    }
    return this._shownRuns;
  }

  private _redraw(): void {
    const memory = this._memory;
    if (memory) {
      this._shownRuns = this._arranged(memory.here, memory.all, memory.front);
      this.show(this._shownRuns);
    }
  }

  private _arranged(
    here: IRunsPage | null,
    all: IRunsPage,
    front: string
  ): IRuns {
    const wanted = (page: IRunsPage | null) =>
      (page?.runs ?? [])
        .filter(run => run.kind !== 'drift')
        .map(run => changed(run, this._overrides.get(run.run_id)))
        .filter(
          run =>
            (run.starred || !this._starred) && (!run.hidden || this._hidden)
        );
    const loaded = new Set(
      [...(here?.runs ?? []), ...all.runs].map(run => run.run_id)
    );
    return {
      groups: group(wanted(here), wanted(all), front),
      total: all.total,
      loaded: loaded.size,
      pending: all.pending
    };
  }

  private _hidden = false;
  private _limit = PAGE;
  private _memory: {
    here: IRunsPage | null;
    all: IRunsPage;
    front: string;
  } | null = null;
  private _overrides = new Map<string, IRunChanges>();
  private _query = '';
  private _starred = false;
  private _shownRuns: IRuns = { groups: [], total: 0, loaded: 0, pending: 0 };
}

function changed(run: IRun, changes?: IRunChanges): IRun {
  return changes
    ? {
        ...run,
        name: changes.name ?? run.name,
        note: changes.note ?? run.note,
        starred: changes.star ?? run.starred,
        hidden: changes.hide ?? run.hidden
      }
    : run;
}
