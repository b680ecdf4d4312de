import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { GraphQLSchema } from 'graphql';
import { Declined, declinedBy } from '../../access/decline.ts';
import { containsStandIn, templateViewer } from '../../access/template-viewer.ts';
import type { Planning } from '../../db/session.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { type Check, Compiling } from './compiling.ts';
import { objectJson, textOf } from './json.ts';
import { compileObject } from './object.ts';
import type { Output, Read } from './output.ts';
import { rootField } from './root-field.ts';
import { coordinateOf, type Selected } from './selection.ts';
import type { ExecutorFields, Skeleton } from './skeleton.ts';
import type { Args, Supplied } from './supplied.ts';
import { readerOf, templateContext } from './symbols.ts';

interface Root {
  key: string;
  read?: Read | undefined;
}

interface PlanParts {
  text: string;
  parameters: readonly ((supplied: Supplied) => unknown)[];
  checks: readonly Check[];
  /** The root fields if any of them must be read; undefined if the row already is the answer. */
  roots: readonly Root[] | undefined;
  target: Target;
  executorFields: ExecutorFields;
  keys: readonly string[];
  readsRows: boolean;
  planning: Planning | undefined;
}

/** What a plan is for: how its fields are compiled, and the text before and after their object. */
export interface Target {
  field(selected: Selected, compiling: Compiling): Output;
  before: string;
  after: string;
}

/** JSON as received from the database, or built here. */
export type Text = Buffer | string;

/** A document compiled into one statement, and how the statement's row becomes the answer. */
export class Plan {
  readonly text: string;
  /** `generic` if one query plan is the best for all parameter values, `custom` if each value may need its own. */
  readonly planning: Planning | undefined;
  /** Whether the row already is the answer. Then nothing can fail once the statement has returned. */
  readonly plain: boolean;
  /** Whether the answer needs the statement at all. */
  readonly reads: boolean;
  /** The root fields that the executor has to answer. */
  readonly executorFields: ExecutorFields;
  readonly #keys: readonly string[];
  readonly #parameters: PlanParts['parameters'];
  readonly #checks: readonly Check[];
  readonly #roots: PlanParts['roots'];
  readonly #target: Target;

  constructor({ text, parameters, checks, roots, target, executorFields, keys, readsRows, planning }: PlanParts) {
    this.text = text;
    this.executorFields = executorFields;
    this.#keys = keys;
    this.planning = planning;
    this.#parameters = parameters;
    this.#checks = checks;
    this.#roots = roots;
    this.#target = target;
    this.plain = !roots;
    this.reads = readsRows || !roots || roots.some(({ read }) => !read);
  }

  /** Throws for values that the executor has to reject. */
  parametersFor(supplied: Supplied): unknown[] {
    for (const check of this.#checks) check(supplied);
    return this.#parameters.map((parameter) => parameter(supplied));
  }

  /** The answer as JSON: the statement's row as it is, or assembled from one text per root field. */
  answerOf(row: readonly Text[], supplied: Supplied): Text {
    if (!this.#roots) return row[0]!;
    return this.#around([...valuesOf(this.#roots, row, supplied)]);
  }

  /** The same, together with the executor's values for the fields that it answers. */
  answerWith(row: readonly Text[], supplied: Supplied, others: Readonly<Record<string, unknown>>): Text {
    const values = valuesOf(this.#roots ?? [], row, supplied);
    for (const key of this.executorFields.keys()) if (key in others) values.set(key, JSON.stringify(others[key]));
    return this.#around(this.#keys.flatMap((key) => (values.has(key) ? [[key, values.get(key)!] as const] : [])));
  }

  #around(values: readonly (readonly [key: string, json: string])[]): Text {
    const { before, after } = this.#target;
    return `${before}{${values.map(([key, json]) => `"${key}":${json}`).join(',')}}${after}`;
  }
}

/** The JSON of each root field, by response name. */
function valuesOf(roots: readonly Root[], row: readonly Text[], supplied: Supplied): Map<string, string> {
  return new Map(
    roots.map(({ key, read }, place) => {
      const text = (row[place] ?? 'null').toString();
      return [key, read ? JSON.stringify(read(JSON.parse(text), supplied)) : text];
    }),
  );
}

const dialect = new PgDialect();

/** What is compiled, and for which viewer. */
interface PlanSource {
  schema: GraphQLSchema;
  skeleton: Skeleton;
  viewer: Viewer;
  /** Arguments of a request of this shape, by site. */
  args: readonly Args[];
  target?: Target | undefined;
}

/**
 * Compiles a document for the shape of its arguments. Of a query, only the root fields that cannot be compiled are left
 * to the executor. Throws Declined if the executor has to answer everything.
 */
export function compilePlan(given: PlanSource): Plan {
  const { skeleton, target } = given;
  if (skeleton.fields.length + skeleton.executorFields.size === 0) throw new Declined('selects no fields');
  try {
    return compileFields(given, skeleton.fields, skeleton.executorFields);
  } catch (error) {
    if (target || skeleton.roots.keys.length === 1) throw error;
  }
  const executorFields = new Map(skeleton.executorFields);
  const fields = skeleton.fields.filter((field) => {
    try {
      return compileFields(given, [field], new Map());
    } catch (error) {
      executorFields.set(field.key, { field: coordinateOf(field), ...declinedBy(error).reason });
      return false;
    }
  });
  return compileFields(given, fields, executorFields);
}

function compileFields(given: PlanSource, fields: readonly Selected[], executorFields: ExecutorFields): Plan {
  const { schema, skeleton, viewer, args, target = queryTarget } = given;
  const compiling = new Compiling({
    schema,
    selections: skeleton.roots.selections,
    context: templateContext(templateViewer(viewer)),
    sites: skeleton.sites,
    args,
    object: compileObject,
  });
  const outputs = fields.map((selected) => target.field(selected, compiling));
  if (executorFields.size && !compiling.readsRows) throw Declined.ofAll(executorFields);
  const plain = executorFields.size === 0 && outputs.every(({ read }) => !read);
  const roots = fields.map(({ key }, place) => ({ key, ...outputs[place]! }));
  const columns = plain ? [[target.before, ...objectJson(roots), target.after]] : roots.map(({ json }) => json);
  const named = columns.map((json, place) => sql`${textOf(json)} as ${sql.identifier(`r${place}`)}`);
  const { sql: text, params } = dialect.sqlToQuery(sql`select ${sql.join(named, sql`, `)}`);
  compiling.end();
  if (containsStandIn(text)) throw new Declined('a rule writes the viewer into the statement');
  return new Plan({
    text,
    parameters: params.map(readerOf),
    checks: compiling.checks,
    roots: plain ? undefined : roots.map(({ key, read }) => ({ key, read })),
    target,
    executorFields,
    keys: skeleton.roots.keys,
    readsRows: compiling.readsRows,
    planning: planningOf(params, compiling),
  });
}

/**
 * A statement whose only parameters are ids, page sizes and positions has one best query plan for all of their values.
 * An aggregate whose filter compares with values may need a query plan for each value.
 */
function planningOf(parameters: readonly unknown[], compiling: Compiling): Planning | undefined {
  if (!parameters.some((parameter) => compiling.isValue(parameter))) return 'generic';
  return compiling.aggregates ? 'custom' : undefined;
}

/** The whole answer to a query. */
const queryTarget: Target = { field: rootField, before: '{"data":', after: '}' };
