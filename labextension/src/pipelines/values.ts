import type { JSONValue } from '@lumino/coreutils';
import type { IParameter, Value } from '../client/wire';

/** Which control a parameter gets. */
export type Kind = 'number' | 'integer' | 'boolean' | 'text' | 'json';

/** Choose the control by the declared type, else by the default. */
export function kindOf(parameter: IParameter): Kind {
  const type = (parameter.type ?? '').toLowerCase();
  if (/^bool/.test(type)) {
    return 'boolean';
  }
  if (/^int/.test(type)) {
    return 'integer';
  }
  if (/^(float|number|double)/.test(type)) {
    return 'number';
  }
  if (/^(str|date|path)/.test(type)) {
    return 'text';
  }
  if (type) {
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

/** The default as the control shows it. */
export function shown(parameter: IParameter): string {
  const value = parameter.default;
  if (kindOf(parameter) === 'text') {
    return value === null || value === undefined ? '' : String(value);
  }
  return value === undefined ? '' : JSON.stringify(value);
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
    case 'boolean':
      return { value: text === 'true' };
    case 'number':
    case 'integer': {
      const value = Number(text);
      const fits = Number.isFinite(value) && text.trim() !== '';
      return fits && (kind === 'number' || Number.isInteger(value))
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
    const found = read(kindOf(parameter), text);
    if (found) {
      values[parameter.name] = found.value;
    } else {
      wrong.push(parameter.name);
    }
  }
  return { values, wrong };
}
