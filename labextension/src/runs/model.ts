import type { IRunsPage } from '../client/wire';
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
    this._memory = null;
    this.changed();
    void this.refresh();
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
    if (
      memory &&
      memory.here === here &&
      memory.all === all &&
      memory.front === front
    ) {
      return memory.value;
    }
    const value = this._arranged(here, all, front);
    this._memory = { here, all, front, value };
    return value;
  }

  private _arranged(
    here: IRunsPage | null,
    all: IRunsPage,
    front: string
  ): IRuns {
    const wanted = (page: IRunsPage | null) =>
      (page?.runs ?? []).filter(run => run.starred || !this._starred);
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
    value: IRuns;
  } | null = null;
  private _query = '';
  private _starred = false;
}
