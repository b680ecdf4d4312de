import { type GraphQLObjectType, getNamedType, isAbstractType, isObjectType } from 'graphql';
import { Declined, type Reason } from '../../access/decline.ts';
import { type Site, siteOf } from './arguments.ts';
import { typesOf } from './node-field.ts';
import { isDeclared } from './root-field.ts';
import { coordinateOf, type Selected, type Selections } from './selection.ts';

/** The root fields that the executor answers, by response name, each with the reason. */
export type ExecutorFields = ReadonlyMap<string, Reason>;

/** The root fields of a document, for one choice of `@skip` and `@include`. */
export interface Roots {
  selections: Selections;
  /** The response names of all root fields, in the answer's order. */
  keys: string[];
  /** Root fields that declare which rows they read; the executor answers the others. */
  fields: Selected[];
  executorFields: ExecutorFields;
  /** Root fields whose ids name the types of their objects. */
  nodes: Site[];
}

/**
 * The part of a document that may be compiled, for one choice of the types that ids name. The executor does the rest.
 */
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
      all.flatMap((field) =>
        isDeclared(field) ? [] : [[field.key, { field: coordinateOf(field), why: 'is resolved by code' }]],
      ),
    ),
    nodes: fields.filter(takesIds).map((field, place) => siteOf(field, place)),
  };
}

/** `kinds`: for each root field in `roots.nodes`, the kinds of its ids. */
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
      executorFields.set(field.key, { field: coordinateOf(field), ...error.reason });
      return false;
    }
  });
  return { roots, fields: kept, executorFields, sites };
}

/** A root field of a mutation, with every field of its payload that has arguments. */
export interface Change {
  /** Its index among the root fields. */
  place: number;
  selected: Selected;
  skeleton: Skeleton | Declined;
}

/** The root fields of a mutation, by response name. */
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
    if (selected.field.extensions.catalog) throw new Declined('changes the catalog', coordinateOf(selected));
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
  if (isAbstractType(type)) throw new Declined('returns an abstract type', coordinateOf(selected));
  return isObjectType(type) ? [type] : [];
}
