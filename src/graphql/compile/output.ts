import { Declined } from '../../access/decline.ts';
import { arrayJson, type Json, objectJson } from './json.ts';
import type { Supplied } from './supplied.ts';

/** Converts the statement's JSON value to the value in the answer. Throws Unplanned if only the executor can answer. */
export type Read = (json: unknown, supplied: Supplied) => unknown;

/** A part of an answer: the JSON expression for it in the statement, and how to convert the result. */
export interface Output {
  json: Json;
  /** Absent if the statement's JSON already is the answer. */
  read?: Read | undefined;
}

export interface Part {
  key: string;
  output: Output;
}

/** More would nest too deeply, or be too long for one row. */
const mostValues = 500;

/** An object of the answer. The database can build it only if no part has a `read`. */
export function objectOf(parts: readonly Part[]): Output {
  if (parts.every(({ output }) => !output.read)) {
    return { json: objectJson(parts.map(({ key, output }) => ({ key, json: output.json }))) };
  }
  const row = rowOf(parts.map(({ output }) => output));
  const keys = parts.map(({ key }) => key);
  return {
    json: row.json,
    read: (json, supplied) => {
      const values = row.read(json, supplied);
      const object: Record<string, unknown> = {};
      for (let i = 0; i < keys.length; i++) object[keys[i]!] = values[i];
      return object;
    },
  };
}

/** Several values in one JSON array. */
export function rowOf(outputs: readonly Output[]): {
  json: Json;
  read: (json: unknown, supplied: Supplied) => unknown[];
} {
  if (outputs.length > mostValues) throw new Declined(`asks for more than ${mostValues} values of one object`);
  const reads = outputs.map(({ read }) => read);
  return {
    json: arrayJson(outputs.map(({ json }) => json)),
    read: (json, supplied) => {
      const values = json as unknown[];
      for (let i = 0; i < reads.length; i++) {
        const read = reads[i];
        if (read) values[i] = read(values[i], supplied);
      }
      return values;
    },
  };
}

/** Applies `read` to non-null values only. */
export const readPresent = (read: Read | undefined): Read | undefined =>
  read && ((json, supplied) => (json === null ? null : read(json, supplied)));
