import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Complaint, inWords } from '../client/complaint';
import type { IExplanation, IPromotion } from '../client/wire';
import type { INbopsClient } from '../tokens';
import type { IProgress } from './progress';
import { readProgress } from './progress';

/** Where a promotion stands. */
export type Stage = 'loading' | 'refused' | 'ready' | 'proving' | 'done';

/** One promotion: what it would keep, then its proof, then its verdict. */
export class PromotionModel implements IDisposable {
  constructor(private _options: PromotionModel.IOptions) {}

  /** Emitted when there is something else to show. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get stage(): Stage {
    return this._stage;
  }

  /** What would be kept and left out; null until the server has answered. */
  get explanation(): IExplanation | null {
    return this._explanation;
  }

  /** Why the last thing that was asked for was refused; empty when it was not. */
  get error(): string {
    return this._error;
  }

  /** Whether it is the name that was refused: there is a notebook of that name that a person edited. */
  get nameTaken(): boolean {
    return this._nameTaken;
  }

  /** How far the proof has got; null before its first cell. */
  get progress(): IProgress | null {
    return this._progress;
  }

  /** The pipeline and its verdict, once there is one. */
  get outcome(): IPromotion | null {
    return this._outcome;
  }

  /** The proof under way, or the last one. */
  get promise(): Promise<IPromotion> | null {
    return this._promise;
  }

  /** Name of the pipeline, as the person wants it. */
  get name(): string {
    return this._name;
  }
  set name(name: string) {
    this._name = name;
    if (this._nameTaken) {
      this._nameTaken = false;
      this._error = '';
    }
    this._changed();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Ask what would be kept. Never rejects. */
  async load(): Promise<void> {
    this._become('loading');
    try {
      this._explanation = await this._options.client.explain(this._options.run);
      this._name ||= this._explanation.pipeline;
      this._become('ready');
    } catch (reason) {
      this._become('refused', inWords(reason));
    }
  }

  /** Write the pipeline and prove it. Never rejects; `promise` does. */
  async promote(): Promise<void> {
    if (this._stage !== 'ready' || !this._name.trim()) {
      return;
    }
    this._progress = null;
    this._nameTaken = false;
    this._promise = this._options.client.promote(this._options.run, {
      name: this._name.trim(),
      onProgress: line => {
        this._progress = readProgress(line) ?? this._progress;
        this._changed();
      }
    });
    this._become('proving');
    try {
      this._outcome = await this._promise;
      this._become('done');
    } catch (reason) {
      this._nameTaken =
        reason instanceof Complaint && reason.name === 'PipelineEdited';
      this._become('ready', inWords(reason));
    }
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _become(stage: Stage, error = ''): void {
    this._stage = stage;
    this._error = error;
    this._changed();
  }

  private _changed(): void {
    if (!this._isDisposed) {
      this._stateChanged.emit();
    }
  }

  private _error = '';
  private _explanation: IExplanation | null = null;
  private _isDisposed = false;
  private _name = '';
  private _nameTaken = false;
  private _outcome: IPromotion | null = null;
  private _progress: IProgress | null = null;
  private _promise: Promise<IPromotion> | null = null;
  private _stage: Stage = 'loading';
  private _stateChanged = new Signal<this, void>(this);
}

export namespace PromotionModel {
  /** Which run, and whom to ask. */
  export interface IOptions {
    client: INbopsClient;
    run: string;
  }
}
