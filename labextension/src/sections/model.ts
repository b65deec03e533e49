import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { inWords } from '../client/complaint';
import type { INbopsClient } from '../tokens';

/** What a section shows: its value, or why there is none. Owns the poll that keeps it current. */
export abstract class SectionModel<T> implements IDisposable {
  constructor(options: SectionModel.IOptions & { name: string }) {
    this.client = options.client;
    this._poll = new Poll({
      auto: false,
      name: `nbops:${options.name}`,
      factory: () => this._look(),
      frequency: {
        interval: options.interval ?? 10_000,
        backoff: true,
        max: 120_000
      },
      standby: () => !this._shown || options.standby?.() || 'when-hidden'
    });
    this.client.changed.connect(this._onClientChanged, this);
  }

  /** Emitted when there is something else to show. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  /** What the server said last; null before its first answer. */
  get value(): T | null {
    return this._value;
  }

  /** Why the last look failed; empty when it did not. */
  get error(): string {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether a person opened *row*. Known here, so that a row which is drawn anew stays as it was left. */
  isOpen(row: string): boolean {
    return this._open.has(row);
  }

  /** Open *row*, or close it. */
  toggle(row: string): void {
    if (!this._open.delete(row)) {
      this._open.add(row);
    }
    this.changed();
  }

  /** Whether somebody looks. Hidden, the model asks the server nothing. */
  get shown(): boolean {
    return this._shown;
  }
  set shown(shown: boolean) {
    if (shown === this._shown || this._isDisposed) {
      return;
    }
    this._shown = shown;
    if (shown) {
      void this.refresh();
    }
  }

  /** Whether telling waits: what lies under a pressed pointer must not move away, or the click is lost. */
  get held(): boolean {
    return this._held;
  }
  set held(held: boolean) {
    this._held = held;
    if (!held && this._owed) {
      this.changed();
    }
  }

  /** Look now. Resolves when the answer is there. */
  async refresh(): Promise<void> {
    if (this._isDisposed || !this._shown) {
      return;
    }
    try {
      await this._poll.refresh();
      await this._poll.tick;
    } catch (reason) {
      if (!this._isDisposed) {
        throw reason;
      }
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._poll.dispose();
    Signal.clearData(this);
  }

  protected abstract fetch(): Promise<T>;

  /** Look every *interval* milliseconds from now on. */
  protected pace(interval: number): void {
    if (this._poll.frequency.interval !== interval) {
      this._poll.frequency = { ...this._poll.frequency, interval };
    }
  }

  /** Show *value* without asking the server. */
  protected show(value: T): void {
    this._value = value;
    this.changed();
  }

  protected changed(): void {
    this._owed = this._held;
    if (!this._held) {
      this._stateChanged.emit();
    }
  }

  protected readonly client: INbopsClient;

  private async _look(): Promise<void> {
    try {
      const value = await this.fetch();
      if (this._isDisposed || (this._value === value && !this._error)) {
        return;
      }
      this._value = value;
      this._error = '';
    } catch (reason) {
      if (this._isDisposed) {
        return;
      }
      this._error = inWords(reason);
      this.changed();
      throw reason;
    }
    this.changed();
  }

  private _onClientChanged(): void {
    void this.refresh();
  }

  private _error = '';
  private _held = false;
  private _isDisposed = false;
  private _open = new Set<string>();
  private _owed = false;
  private _poll: Poll;
  private _shown = false;
  private _stateChanged = new Signal<this, void>(this);
  private _value: T | null = null;
}

export namespace SectionModel {
  /** Options of every section. */
  export interface IOptions {
    client: INbopsClient;
    /** True while the server cannot be asked. */
    standby?: () => boolean;
    /** Milliseconds between two looks. */
    interval?: number;
  }
}
