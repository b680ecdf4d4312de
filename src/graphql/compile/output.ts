import { type SQL, sql } from 'drizzle-orm';
import { Declined } from './decline.ts';
import type { Supplied } from './supplied.ts';

/** Makes the value of the answer from the JSON value of the statement. Throws Unplanned where only the executor can. */
export type Read = (json: unknown, supplied: Supplied) => unknown;

/** A part of an answer: an expression whose JSON is that part, or is read into it. */
export interface Output {
  sql: SQL;
  /** Absent when the database's JSON is the answer's. */
  read?: Read;
}

export interface Part {
  key: string;
  output: Output;
}

/** Functions of Postgres take a hundred arguments. */
const mostArguments = 100;

/** A constant of the program as a literal: names of types and fields, which hold no quotes. */
export const literal = (name: string): SQL => sql.raw(`'${name}'`);

/** An object as it stands in the answer. Only where no part is read can the database build it. */
export function objectOf(parts: readonly Part[]): Output {
  const plain = parts.every(({ output }) => !output.read);
  if (plain && parts.length * 2 <= mostArguments) return { sql: jsonObject(parts) };
  const row = rowOf(parts.map(({ output }) => output));
  const keys = parts.map(({ key }) => key);
  return {
    sql: row.sql,
    read: (json, supplied) => {
      const values = row.read(json, supplied);
      const object: Record<string, unknown> = {};
      for (let i = 0; i < keys.length; i++) object[keys[i]!] = values[i];
      return object;
    },
  };
}

export const jsonObject = (parts: readonly Part[]): SQL =>
  sql`json_build_object(${sql.join(
    parts.map(({ key, output }) => sql`${literal(key)}, ${output.sql}`),
    sql`, `,
  )})`;

/** Several values in one JSON array. */
export function rowOf(outputs: readonly Output[]): {
  sql: SQL;
  read: (json: unknown, supplied: Supplied) => unknown[];
} {
  if (outputs.length > mostArguments) throw new Declined(`asks for more than ${mostArguments} values of one object`);
  const reads = outputs.map(({ read }) => read);
  return {
    sql: sql`json_build_array(${sql.join(
      outputs.map((output) => output.sql),
      sql`, `,
    )})`,
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
