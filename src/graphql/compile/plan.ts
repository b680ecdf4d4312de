import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { GraphQLSchema } from 'graphql';
import type { Planning } from '../../db/session.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { GroupsDeclaration } from '../groups.ts';
import type { ListDeclaration, RowDeclaration } from '../pages.ts';
import { type Check, Compiling } from './compiling.ts';
import { listField } from './connection.ts';
import { Declined, Unplanned } from './decline.ts';
import { groupsField } from './groups-field.ts';
import { objectJson, quoted, textOf } from './json.ts';
import { nodeField, nodesField, rowField } from './node-field.ts';
import { compileObject } from './object.ts';
import type { Output, Read } from './output.ts';
import { isTypename, nameOf, type Selected } from './selection.ts';
import type { Skeleton } from './skeleton.ts';
import type { Args, Supplied } from './supplied.ts';
import { hidesStandIn, readerOf, templateContext, templateViewer } from './symbols.ts';

interface Root {
  key: string;
  read?: Read | undefined;
}

interface PlanParts {
  text: string;
  parameters: readonly ((supplied: Supplied) => unknown)[];
  checks: readonly Check[];
  /** The root fields where any of them is read; else the row is the answer. */
  roots: readonly Root[] | undefined;
  target: Target;
  readsRows: boolean;
  planning: Planning | undefined;
}

/** What a plan answers: which fields it is of, and what stands around the object of them. */
export interface Target {
  field(selected: Selected, compiling: Compiling): Output;
  before: string;
  after: string;
}

/** JSON as it came from the database, or was made here. */
export type Text = Buffer | string;

/** A document made into one statement, and how its row becomes the answer. */
export class Plan {
  readonly text: string;
  /** When the database plans it: once, where no value can make another way the better one. */
  readonly planning: Planning | undefined;
  /** Whether the row is the answer as it is: then nothing can be wrong with it once the statement was answered. */
  readonly plain: boolean;
  /** Whether it needs the statement at all. */
  readonly reads: boolean;
  readonly #parameters: PlanParts['parameters'];
  readonly #checks: readonly Check[];
  readonly #roots: PlanParts['roots'];
  readonly #target: Target;

  constructor({ text, parameters, checks, roots, target, readsRows, planning }: PlanParts) {
    this.text = text;
    this.planning = planning;
    this.#parameters = parameters;
    this.#checks = checks;
    this.#roots = roots;
    this.#target = target;
    this.plain = !roots;
    this.reads = readsRows || !roots || roots.some(({ read }) => !read);
  }

  /** Throws for values that the executor has to refuse. */
  parametersFor(supplied: Supplied): unknown[] {
    for (const check of this.#checks) check(supplied);
    return this.#parameters.map((parameter) => parameter(supplied));
  }

  /** The JSON of the answer from the statement's row: as it is, or of a text for each root field. */
  answerOf(row: readonly Text[], supplied: Supplied): Text {
    if (!this.#roots) return row[0]!;
    const parts = this.#roots.map(({ key, read }, place) => {
      const text = (row[place] ?? 'null').toString();
      return `"${key}":${read ? JSON.stringify(read(JSON.parse(text), supplied)) : text}`;
    });
    return `${this.#target.before}{${parts.join(',')}}${this.#target.after}`;
  }
}

const dialect = new PgDialect();

/** Compiles a document for the shape that its arguments have. Throws Declined where the executor has to answer. */
export function compilePlan(
  schema: GraphQLSchema,
  skeleton: Skeleton,
  viewer: Viewer,
  args: readonly Args[],
  target: Target = queryTarget,
): Plan {
  const compiling = new Compiling({
    schema,
    selections: skeleton.roots.selections,
    context: templateContext(templateViewer(viewer)),
    sites: skeleton.sites,
    args,
    object: compileObject,
  });
  const { fields } = skeleton.roots;
  if (fields.length === 0) throw new Declined('asks for nothing');
  const outputs = fields.map((selected) => target.field(selected, compiling));
  const plain = outputs.every(({ read }) => !read);
  const roots = fields.map(({ key }, place) => ({ key, ...outputs[place]! }));
  const columns = plain ? [[target.before, ...objectJson(roots), target.after]] : roots.map(({ json }) => json);
  const named = columns.map((json, place) => sql`${textOf(json)} as ${sql.identifier(`r${place}`)}`);
  const { sql: text, params } = dialect.sqlToQuery(sql`select ${sql.join(named, sql`, `)}`);
  compiling.end();
  if (hidesStandIn(text)) throw new Declined('a rule writes the viewer into the statement');
  return new Plan({
    text,
    parameters: params.map(readerOf),
    checks: compiling.checks,
    roots: plain ? undefined : roots.map(({ key, read }) => ({ key, read })),
    target,
    readsRows: compiling.readsRows,
    planning: planningOf(params, compiling),
  });
}

/** Keys, sizes and positions lead the same way whatever they are; sums over a range are another matter for each range. */
function planningOf(parameters: readonly unknown[], compiling: Compiling): Planning | undefined {
  if (!parameters.some((parameter) => compiling.isValue(parameter))) return 'once';
  return compiling.sums ? 'anew' : undefined;
}

function rootField(selected: Selected, compiling: Compiling): Output {
  const { chantierList, chantierNodes, chantierRow, chantierGroups } = selected.field.extensions;
  if (isTypename(selected)) return { json: quoted(selected.parent.name) };
  const list = chantierList as ListDeclaration | undefined;
  try {
    if (list) return listField(selected, list, compiling);
    if (chantierGroups) return groupsField(selected, chantierGroups as GroupsDeclaration, compiling);
    if (chantierRow) return rowField(selected, chantierRow as RowDeclaration, compiling);
    if (chantierNodes === 'one') return nodeField(selected, compiling);
    if (chantierNodes === 'many') return nodesField(selected, compiling);
  } catch (error) {
    if (error instanceof Declined && !(error instanceof Unplanned) && !error.reason.field) {
      throw new Declined(error.reason.why, nameOf(selected));
    }
    throw error;
  }
  throw new Declined('has code', nameOf(selected));
}

/** The whole answer to a query. */
const queryTarget: Target = { field: rootField, before: '{"data":', after: '}' };
