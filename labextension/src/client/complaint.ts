import type { IComplaint } from './wire';

/** The server said no: a sentence about what is wrong, and what to type. */
export class Complaint extends Error {
  constructor(
    readonly status: number,
    body: Partial<IComplaint>
  ) {
    super(body.message ?? '');
    this.name = body.error ?? 'Error';
    this.hint = body.hint ?? '';
  }

  readonly hint: string;

  /** Sentence and hint in one line. */
  override toString(): string {
    return this.hint ? `${this.message} → ${this.hint}` : this.message;
  }
}

/** Put any rejection into words. */
export function inWords(reason: unknown): string {
  return reason instanceof Complaint
    ? reason.toString()
    : reason instanceof Error
      ? reason.message
      : String(reason);
}
