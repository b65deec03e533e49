import type { ISessionContext } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { Contents, Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { INbopsClient } from '../tokens';

const SOON = 250;
const LATER = 3000;
const TELLING: readonly Kernel.Status[] = [
  'dead',
  'restarting',
  'autorestarting',
  'terminating'
];

/** Follows the notebook in front: tells the client its path, and asks for a look when cells have run. */
export class Front implements IDisposable {
  constructor(private _options: Front.IOptions) {
    const { tracker, look } = _options;
    this._soon = new Debouncer(look, SOON);
    this._later = new Debouncer(look, LATER);
    tracker.currentChanged.connect(this._onCurrentChanged, this);
    NotebookActions.executed.connect(this._onExecuted, this);
    this._onCurrentChanged(tracker, tracker.currentWidget);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._follow(null);
    this._soon.dispose();
    this._later.dispose();
    Signal.clearData(this);
  }

  private _onCurrentChanged(
    _: INotebookTracker,
    panel: NotebookPanel | null
  ): void {
    this._follow(panel);
    this._tell();
  }

  private _follow(panel: NotebookPanel | null): void {
    if (this._panel && !this._panel.isDisposed) {
      this._panel.context.pathChanged.disconnect(this._tell, this);
      this._panel.sessionContext.statusChanged.disconnect(
        this._onStatusChanged,
        this
      );
    }
    this._panel = panel;
    if (panel) {
      panel.context.pathChanged.connect(this._tell, this);
      panel.sessionContext.statusChanged.connect(this._onStatusChanged, this);
    }
  }

  private _tell(): void {
    const { client, contents } = this._options;
    const path = this._panel
      ? contents.localPath(this._panel.context.path)
      : '';
    if (path !== client.notebook) {
      client.notebook = path;
      void this._soon.invoke();
    }
  }

  private _onExecuted(): void {
    void this._soon.invoke();
    void this._later.invoke();
  }

  private _onStatusChanged(_: ISessionContext, status: Kernel.Status): void {
    if (TELLING.includes(status)) {
      void this._later.invoke();
    }
  }

  private _isDisposed = false;
  private _later: Debouncer;
  private _panel: NotebookPanel | null = null;
  private _soon: Debouncer;
}

export namespace Front {
  /** Whom to follow and whom to tell. */
  export interface IOptions {
    tracker: INotebookTracker;
    client: INbopsClient;
    contents: Contents.IManager;
    look: () => void;
  }
}
