import type { ReadonlyJSONObject } from '@lumino/coreutils';

type Types = Record<string, string>;

/** The JSON Schema of a command's arguments, all of which it needs. */
export function args(types: Types = {}): ReadonlyJSONObject {
  const properties = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, { type }])
  );
  return { type: 'object', properties, required: Object.keys(types) };
}
