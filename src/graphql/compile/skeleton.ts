import { type GraphQLObjectType, getNamedType, isAbstractType, isObjectType } from 'graphql';
import { Declined, type Reason } from '../../access/decline.ts';
import { type Site, siteOf } from './arguments.ts';
import { typesOf } from './node-field.ts';
import { isDeclared } from './root-field.ts';
import { nameOf, type Selected, type Selections } from './selection.ts';

/** Root fields that the executor answers, by their names in the answer, and why. */
export type ExecutorFields = ReadonlyMap<string, Reason>;

/** The root fields of a document, for one choice of what `@skip` and `@include` leave. */
export interface Roots {
  selections: Selections;
  /** The names of all in the answer, in its order. */
  keys: string[];
  /** Those that say in which rows they look; the others are left. */
  fields: Selected[];
  executorFields: ExecutorFields;
  /** Those whose ids say which types of objects are asked for. */
  nodes: Site[];
}

/** What may be compiled, for one choice of those types: the other root fields are left. */
export interface Skeleton {
  roots: Roots;
  fields: Selected[];
  executorFields: ExecutorFields;
  /** Every field with arguments. */
  sites: Site[];
}

export const takesIds = ({ field }: Selected): boolean => field.extensions.chantierNodes !== undefined;

export function rootsOf(selections: Selections): Roots {
  const all = selections.root(selections.schema.getQueryType()!);
  const fields = all.filter(isDeclared);
  return {
    selections,
    keys: all.map(({ key }) => key),
    fields,
    executorFields: new Map(
      all.flatMap((field) => (isDeclared(field) ? [] : [[field.key, { field: nameOf(field), why: 'has code' }]])),
    ),
    nodes: fields.filter(takesIds).map((field, place) => siteOf(field, place)),
  };
}

/** `kinds` says what the ids of each of the root fields that take ids are of, in their order. */
export function skeletonOf(roots: Roots, kinds: readonly (readonly string[])[]): Skeleton {
  const { selections, fields, nodes } = roots;
  const sites: Site[] = [];
  const walk = (selected: Selected, types: readonly GraphQLObjectType[]): void => {
    if (selected.field.args.length) sites.push(siteOf(selected, sites.length));
    for (const type of types) {
      for (const inner of selections.under(selected, type)) walk(inner, typesUnder(inner));
    }
  };
  const executorFields = new Map(roots.executorFields);
  const kept = fields.filter((field) => {
    const before = sites.length;
    try {
      const node = nodes.findIndex(({ selected }) => selected === field);
      walk(field, node < 0 ? typesUnder(field) : typesOf(kinds[node]!, selections));
      return true;
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      sites.length = before;
      executorFields.set(field.key, { field: nameOf(field), ...error.reason });
      return false;
    }
  });
  return { roots, fields: kept, executorFields, sites };
}

/** A root field of a mutation, with every field of its payload that has arguments. */
export interface Change {
  /** Its place among the root fields. */
  place: number;
  selected: Selected;
  skeleton: Skeleton | Declined;
}

/** The root fields of a mutation, by their names in the answer. */
export interface Changes {
  selections: Selections;
  fields: ReadonlyMap<string, Change>;
}

export function changesOf(selections: Selections): Changes {
  const fields = selections.root(selections.schema.getMutationType()!);
  return {
    selections,
    fields: new Map(
      fields.map((selected, place) => [selected.key, { place, selected, skeleton: payloadOf(selected, selections) }]),
    ),
  };
}

function payloadOf(selected: Selected, selections: Selections): Skeleton | Declined {
  try {
    if (selected.field.extensions.catalog) throw new Declined('changes the catalog', nameOf(selected));
    const fields = typesUnder(selected).flatMap((payload) => selections.under(selected, payload));
    const skeleton = skeletonOf({ selections, keys: [], fields, executorFields: new Map(), nodes: [] }, []);
    for (const reason of skeleton.executorFields.values()) return Declined.of(reason);
    return skeleton;
  } catch (error) {
    if (error instanceof Declined) return error;
    throw error;
  }
}

function typesUnder(selected: Selected): GraphQLObjectType[] {
  const type = getNamedType(selected.field.type);
  if (isAbstractType(type)) throw new Declined('gives objects of several types', nameOf(selected));
  return isObjectType(type) ? [type] : [];
}
