import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { JSONValue } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { INbopsClient } from '../tokens';
import { Complaint } from './complaint';
import type * as wire from './wire';

const NOT_MODIFIED = 304;
const NO_CONTENT = 204;

/** Speaks with the server's `nbops/` routes; an unchanged answer is the same object as before. */
export class NbopsClient implements INbopsClient {
  constructor(options: NbopsClient.IOptions) {
    this._settings = options.serverSettings;
    this._patience = options.patience ?? 1000;
  }

  notebook = '';

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  runs(query: INbopsClient.IRunsQuery): Promise<wire.IRunsPage> {
    return this._get(['runs'], {
      scope: query.here ? 'notebook' : 'all',
      query: query.query ?? '',
      hidden: query.hidden ? 'true' : '',
      limit: String(query.limit ?? 100)
    });
  }

  changeRun(run: string, changes: wire.IRunChanges): Promise<wire.IRun> {
    return this._write('PATCH', ['runs', run], changes);
  }

  async deleteRun(run: string): Promise<void> {
    await this._write('DELETE', ['runs', run]);
  }

  explain(run: string): Promise<wire.IExplanation> {
    return this._get(['runs', run, 'explanation']);
  }

  promote(
    run: string,
    options: INbopsClient.IPromoteOptions = {}
  ): Promise<wire.IPromotion> {
    const body = { run, name: options.name || null };
    return this._await(['pipelines'], body, options.onProgress);
  }

  running(): Promise<wire.IRunningPage> {
    return this._get(['running']);
  }

  async cancel(run: string): Promise<void> {
    await this._write('POST', ['running', run, 'cancel'], {});
  }

  async pipelines(): Promise<wire.IPipeline[]> {
    return (await this._get<{ pipelines: wire.IPipeline[] }>(['pipelines']))
      .pipelines;
  }

  runPipeline(
    pipeline: string,
    parameters: Record<string, JSONValue>
  ): Promise<Partial<wire.IRun>> {
    return this._await(['pipelines', pipeline, 'runs'], { parameters });
  }

  verify(
    pipeline: string,
    onProgress?: (line: string) => void
  ): Promise<wire.IVerification> {
    return this._await(
      ['pipelines', pipeline, 'verifications'],
      {},
      onProgress
    );
  }

  async models(): Promise<wire.IModel[]> {
    return (await this._get<{ models: wire.IModel[] }>(['models'])).models;
  }

  register(run: string, name: string): Promise<Partial<wire.IVersion>> {
    return this._write('POST', ['models'], { run, name });
  }

  async assign(
    name: string,
    version: number,
    alias: string,
    reason?: string
  ): Promise<void> {
    const body = { version, reason: reason || null };
    await this._write('PUT', ['models', name, 'aliases', alias], body);
  }

  async rollback(name: string, alias: string): Promise<void> {
    await this._write('POST', ['models', name, 'rollbacks'], { alias });
  }

  async drift(): Promise<wire.IWatch[]> {
    return (await this._get<{ watches: wire.IWatch[] }>(['drift'])).watches;
  }

  status(): Promise<wire.IStatus> {
    return this._get(['status']);
  }

  private _url(path: string[], query: Record<string, string> = {}): string {
    const parts = path.map(part => encodeURIComponent(part));
    const given = Object.entries({ ...query, notebook: this.notebook });
    const search = new URLSearchParams(given.filter(([, value]) => value));
    return `${URLExt.join(this._settings.baseUrl, 'nbops', ...parts)}?${search}`;
  }

  private async _get<T>(
    path: string[],
    query: Record<string, string> = {}
  ): Promise<T> {
    const url = this._url(path, query);
    const known = this._known.get(url);
    const headers = known ? { 'If-None-Match': known.tag } : undefined;
    const response = await this._fetch(url, { method: 'GET', headers });
    if (response.status === NOT_MODIFIED && known) {
      return known.value as T;
    }
    const value: T = await response.json();
    const tag = response.headers.get('ETag');
    if (tag) {
      this._known.delete(url);
      this._known.set(url, { tag, value });
      for (const old of [...this._known.keys()].slice(0, -50)) {
        this._known.delete(old);
      }
    }
    return value;
  }

  private async _write<T>(
    method: string,
    path: string[],
    body?: unknown
  ): Promise<T> {
    const response = await this._fetch(this._url(path), {
      method,
      body: body === undefined ? undefined : JSON.stringify(body)
    });
    const empty = response.status === NO_CONTENT;
    const value = empty ? undefined : await response.json();
    this._changed.emit();
    return value;
  }

  private async _await<T>(
    path: string[],
    body: unknown,
    heard?: (line: string) => void
  ): Promise<T> {
    const url = this._url(path);
    const init = { method: 'POST', body: JSON.stringify(body) };
    let errand: wire.IErrand<T> = await (await this._fetch(url, init)).json();
    const place = this._url(['errands', errand.key]);
    while (errand.state === 'running') {
      await new Promise(resolve => setTimeout(resolve, this._patience));
      errand = await (await this._fetch(place, { method: 'GET' })).json();
      heard?.(errand.progress);
    }
    this._changed.emit();
    if (errand.state === 'failed') {
      throw new Complaint(500, errand.error ?? {});
    }
    return errand.result as T;
  }

  private async _fetch(url: string, init: RequestInit): Promise<Response> {
    const { makeRequest } = ServerConnection;
    const response = await makeRequest(url, init, this._settings);
    if (response.ok || response.status === NOT_MODIFIED) {
      return response;
    }
    const body = await response.json().catch(() => ({}));
    const fallback = { message: `${response.status} ${response.statusText}` };
    throw new Complaint(response.status, { ...fallback, ...body });
  }

  private _changed = new Signal<this, void>(this);
  private _known = new Map<string, { tag: string; value: unknown }>();
  private _patience: number;
  private _settings: ServerConnection.ISettings;
}

export namespace NbopsClient {
  /** How to reach the server. */
  export interface IOptions {
    serverSettings: ServerConnection.ISettings;
    /** Milliseconds between two questions about an errand. */
    patience?: number;
  }
}
