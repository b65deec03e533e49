import type { JSONValue } from '@lumino/coreutils';
import type { IParameter, Value } from '../client/wire';

/** Which control a parameter gets. */
export type Kind =
  | 'choice'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'text'
  | 'json';

const SECRET = /^secret:\s*\S/;
const TEXTS = /^(str|path|decimal|time|timedelta|bytes)/;

/** Choose the control by what is declared, else by the default. */
export function kindOf(parameter: IParameter): Kind {
  const type = (parameter.type ?? '').toLowerCase();
  if (parameter.secret) {
    return 'text';
  }
  if (parameter.choices?.length) {
    return 'choice';
  }
  if (/^bool/.test(type)) {
    return parameter.nullable ? 'json' : 'boolean';
  }
  if (/^int/.test(type)) {
    return 'integer';
  }
  if (/^(float|number|double)/.test(type)) {
    return 'number';
  }
  if (/^date($|[^t])/.test(type)) {
    return 'date';
  }
  if (/^datetime/.test(type)) {
    return 'datetime';
  }
  if (TEXTS.test(type)) {
    return 'text';
  }
  if (type && type !== 'any') {
    return 'json';
  }
  return kindOfValue(parameter.default);
}

function kindOfValue(value: Value | undefined): Kind {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

/** What can be chosen: the choices, and the default where it is none of them. */
export function choicesOf(parameter: IParameter): Value[] {
  const choices = [...(parameter.choices ?? [])];
  const known = new Set(choices.map(choice => JSON.stringify(choice)));
  const { default: given = null, nullable } = parameter;
  for (const more of nullable ? [given, null] : [given]) {
    if (!known.has(JSON.stringify(more))) {
      choices.push(more);
      known.add(JSON.stringify(more));
    }
  }
  return choices;
}

/** The default as the control shows it. */
export function shown(parameter: IParameter): string {
  const value = parameter.default;
  const kind = kindOf(parameter);
  if (value === undefined || (value === null && isEmptyNull(parameter))) {
    return kind === 'choice' ? 'null' : '';
  }
  return kind === 'text' || kind === 'date' || kind === 'datetime'
    ? String(value ?? '')
    : JSON.stringify(value);
}

/**
 * Read what a person typed.
 *
 * @returns The value, or null when the text does not fit the kind.
 */
export function read(kind: Kind, text: string): { value: JSONValue } | null {
  switch (kind) {
    case 'text':
      return { value: text };
    case 'date':
    case 'datetime':
      return Number.isNaN(Date.parse(text)) ? null : { value: text };
    case 'boolean':
      return { value: text === 'true' };
    case 'number':
    case 'integer': {
      const value = Number(text);
      const fits = Number.isFinite(value) && text.trim() !== '';
      return fits && (kind === 'number' || Number.isSafeInteger(value))
        ? { value }
        : null;
    }
    default:
      try {
        return { value: JSON.parse(text) as JSONValue };
      } catch {
        return null;
      }
  }
}

/** Read what a person typed for *parameter*; null when it does not fit what is declared. */
export function readFor(
  parameter: IParameter,
  text: string
): { value: JSONValue } | null {
  if (isEmptyNull(parameter) && text.trim() === '') {
    return { value: null };
  }
  if (parameter.secret && !SECRET.test(text)) {
    return null; // a secret is named, never given
  }
  const found = read(kindOf(parameter), text);
  if (!found || typeof found.value !== 'number') {
    return found;
  }
  const { minimum, maximum } = parameter;
  const below = typeof minimum === 'number' && found.value < minimum;
  const above = typeof maximum === 'number' && found.value > maximum;
  return below || above ? null : found;
}

/** Whether an empty box stands for no value: text that may be empty has it only where that is the default. */
export function isEmptyNull(parameter: IParameter): boolean {
  const kind = kindOf(parameter);
  const may = Boolean(parameter.nullable) || parameter.default === null;
  return may && (kind !== 'text' || parameter.default === null);
}

/**
 * Collect what differs from the defaults.
 *
 * @returns The values to send, and the names whose text does not fit.
 */
export function collect(
  parameters: readonly IParameter[],
  texts: Readonly<Record<string, string>>
): { values: Record<string, JSONValue>; wrong: string[] } {
  const values: Record<string, JSONValue> = {};
  const wrong: string[] = [];
  for (const parameter of parameters) {
    const text = texts[parameter.name];
    if (text === undefined || text === shown(parameter)) {
      continue;
    }
    const found = readFor(parameter, text);
    if (found) {
      values[parameter.name] = found.value;
    } else {
      wrong.push(parameter.name);
    }
  }
  return { values, wrong };
}
