import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { GraphQLSchema } from 'graphql';
import type { Viewer } from '../../identity/viewer.ts';
import type { GroupsDeclaration } from '../groups.ts';
import type { ListDeclaration, RowDeclaration } from '../pages.ts';
import { type Check, Compiling } from './compiling.ts';
import { listField } from './connection.ts';
import { Declined, Unplanned } from './decline.ts';
import { groupsField } from './groups-field.ts';
import { nodeField, nodesField, rowField } from './node-field.ts';
import { compileObject } from './object.ts';
import { literal, type Output, type Read } from './output.ts';
import { isTypename, nameOf, type Selected } from './selection.ts';
import type { Skeleton } from './skeleton.ts';
import type { Args, Supplied } from './supplied.ts';
import { hidesStandIn, readerOf, templateContext, templateViewer } from './symbols.ts';

interface Root {
  key: string;
  read?: Read;
}

interface PlanParts {
  text: string;
  parameters: readonly ((supplied: Supplied) => unknown)[];
  checks: readonly Check[];
  roots: readonly Root[];
  readsRows: boolean;
}

/** A document made into one statement, and how its row becomes the answer. */
export class Plan {
  readonly text: string;
  /** Whether the row is the answer as it is: then nothing can be wrong with it once the statement was answered. */
  readonly plain: boolean;
  /** Whether it needs the statement at all. */
  readonly reads: boolean;
  readonly #parameters: PlanParts['parameters'];
  readonly #checks: readonly Check[];
  readonly #roots: readonly Root[];

  constructor({ text, parameters, checks, roots, readsRows }: PlanParts) {
    this.text = text;
    this.#parameters = parameters;
    this.#checks = checks;
    this.#roots = roots;
    this.plain = roots.every(({ read }) => !read);
    this.reads = readsRows || roots.some(({ read }) => !read);
  }

  /** Throws for values that the executor has to refuse. */
  parametersFor(supplied: Supplied): unknown[] {
    for (const check of this.#checks) check(supplied);
    return this.#parameters.map((parameter) => parameter(supplied));
  }

  /** The JSON text of `data` from the statement's row: one text for each root field. */
  dataOf(row: readonly (string | null)[], supplied: Supplied): string {
    const parts = this.#roots.map(({ key, read }, place) => {
      const text = row[place] ?? 'null';
      return `"${key}":${read ? JSON.stringify(read(JSON.parse(text), supplied)) : text}`;
    });
    return `{${parts.join(',')}}`;
  }
}

const dialect = new PgDialect();

/** Compiles a document for the shape that its arguments have. Throws Declined where the executor has to answer. */
export function compilePlan(
  schema: GraphQLSchema,
  skeleton: Skeleton,
  viewer: Viewer,
  args: readonly Args[],
  field: (selected: Selected, compiling: Compiling) => Output = rootField,
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
  const outputs = fields.map((selected) => field(selected, compiling));
  const columns = outputs.map((output, place) => sql`(${output.sql})::text as ${sql.identifier(`r${place}`)}`);
  const roots = fields.map(({ key }, i): Root => ({ key, ...(outputs[i]!.read && { read: outputs[i]!.read }) }));
  const { sql: text, params } = dialect.sqlToQuery(sql`select ${sql.join(columns, sql`, `)}`);
  if (hidesStandIn(text)) throw new Declined('a rule writes the viewer into the statement');
  const { checks, readsRows } = compiling;
  return new Plan({ text, parameters: params.map(readerOf), checks, roots, readsRows });
}

function rootField(selected: Selected, compiling: Compiling): Output {
  const { chantierList, chantierNodes, chantierRow, chantierGroups } = selected.field.extensions;
  if (isTypename(selected)) return { sql: sql`to_json(${literal(selected.parent.name)}::text)` };
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
