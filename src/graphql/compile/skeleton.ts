import { type GraphQLObjectType, getNamedType, isAbstractType, isObjectType } from 'graphql';
import { type Site, siteOf } from './arguments.ts';
import { Declined } from './decline.ts';
import { typesOf } from './node-field.ts';
import { nameOf, type Selected, type Selections } from './selection.ts';

/** The root fields of a document, for one choice of what `@skip` and `@include` leave. */
export interface Roots {
  selections: Selections;
  fields: Selected[];
  /** Those whose ids say which types of objects are asked for. */
  nodes: Site[];
}

/** Every field with arguments, for one choice of those types. */
export interface Skeleton {
  roots: Roots;
  sites: Site[];
}

export const takesIds = ({ field }: Selected): boolean => field.extensions.chantierNodes !== undefined;

export function rootsOf(selections: Selections): Roots {
  const fields = selections.root(selections.schema.getQueryType()!);
  return { selections, fields, nodes: fields.filter(takesIds).map((field, place) => siteOf(field, place)) };
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
  for (const field of fields) {
    const node = nodes.findIndex(({ selected }) => selected === field);
    walk(field, node < 0 ? typesUnder(field) : typesOf(kinds[node]!, selections));
  }
  return { roots, sites };
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
    return skeletonOf({ selections, fields, nodes: [] }, []);
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
