import type { TranslationBundle } from '@jupyterlab/translation';
import type { Value } from '../client/wire';

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60]
];

type Moment = number | string | null | undefined;

/** Milliseconds since the epoch of what the server calls a time; NaN for none. */
export function moment(time: Moment): number {
  return typeof time === 'number' ? time * 1000 : time ? Date.parse(time) : NaN;
}

/** How long ago *time* was, in a few letters; empty for no time. */
export function ago(
  time: Moment,
  trans: TranslationBundle,
  now = Date.now()
): string {
  const seconds = (now - moment(time)) / 1000;
  if (Number.isNaN(seconds)) {
    return '';
  }
  const step = STEPS.find(([, length]) => seconds >= length);
  if (!step) {
    return trans.__('now');
  }
  const format = new Intl.RelativeTimeFormat(undefined, { style: 'narrow' });
  return format.format(-Math.floor(seconds / step[1]), step[0]);
}

/** *time* in full, for a tooltip. */
export function inFull(time: Moment): string {
  const at = moment(time);
  return Number.isNaN(at) ? '' : new Date(at).toLocaleString();
}

/** A number in at most *digits* significant digits. */
export function figure(value: number, digits = 4): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  if (Number.isInteger(value)) {
    return value.toLocaleString();
  }
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4
    ? Number(value.toPrecision(digits)).toExponential()
    : String(Number(value.toPrecision(digits)));
}

/** Seconds in words of a few letters. */
export function lasting(seconds: number): string {
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds % 60)} s`;
}

/** Whole seconds as a clock that runs: `0:07`, `12:40`, `1:02:05`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0
    ? `${hours}:${String(minutes % 60).padStart(2, '0')}:${rest}`
    : `${minutes}:${rest}`;
}

/** A parameter's value on one line. */
export function plain(value: Value | undefined): string {
  if (value === undefined) {
    return '';
  }
  if (typeof value === 'number') {
    return figure(value, 6);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.split('/').pop() ?? path;
}
