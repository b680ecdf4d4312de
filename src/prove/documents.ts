import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** A query of the proof and its root field. */
export interface ProofQuery {
  field: string;
  document: string;
}

const pageSize = 50;

/** Words in the demo's tasks and messages, in both languages. */
export const searchWords = 'maquettes OR atelier OR lundi OR visitors OR script OR monday';
const samples: Record<string, string> = { query: `"${searchWords}"` };

const fieldsOf = (type: GraphQLObjectType): Field[] => Object.values(type.getFields());
const isPage = (type: GraphQLNamedType): type is GraphQLObjectType => isObjectType(type) && 'nodes' in type.getFields();

/** The required arguments of a field; undefined if the proof has no value for one of them. */
function argumentsOf(field: Field): string | undefined {
  const given = field.args.flatMap((arg) => {
    if (arg.name === 'first') return [`first: ${pageSize}`];
    return isNonNullType(arg.type) ? [samples[arg.name] && `${arg.name}: ${samples[arg.name]}`] : [];
  });
  if (given.includes(undefined)) return undefined;
  return given.length ? `(${given.join(', ')})` : '';
}

/** Selects all scalar fields of an object and, to this depth, of the objects below it. */
function valuesOf(type: GraphQLObjectType, depth: number): string {
  const parts = fieldsOf(type).flatMap((field) => {
    const args = argumentsOf(field);
    if (args === undefined) return [];
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [`${field.name}${args}`];
    const below = depth > 0 && selectionOf(named, depth - 1);
    return below ? [`${field.name}${args} ${below}`] : [];
  });
  return ['__typename', ...parts].join(' ');
}

/** The selection for an object, a page or an abstract type. */
function selectionOf(type: GraphQLNamedType, depth: number): string | undefined {
  if (isAbstractType(type)) return '{ __typename }';
  if (!isObjectType(type)) return undefined;
  if (!isPage(type)) return `{ ${valuesOf(type, depth)} }`;
  const node = getNamedType(type.getFields().nodes!.type) as GraphQLObjectType;
  const total = type.getFields().totalCount ? 'totalCount ' : '';
  return `{ ${total}nodes { ${valuesOf(node, depth)} } pageInfo { startCursor endCursor } }`;
}

/** The object type that a root field returns, directly or in a page or list. */
function itemOf(field: Field): GraphQLObjectType | undefined {
  const named = getNamedType(field.type);
  const item = isPage(named) ? getNamedType(named.getFields().nodes!.type) : named;
  return isObjectType(item) ? item : undefined;
}

const wrapInPage = (field: Field, inner: string): string =>
  isPage(getNamedType(field.type)) ? `{ nodes { ${inner} } }` : `{ ${inner} }`;

/**
 * Queries that read everything that the graph shows without an id: for every root field one document with all scalar
 * fields, and one for each field of its objects that returns objects.
 */
export function queriesOf(schema: GraphQLSchema): ProofQuery[] {
  return fieldsOf(schema.getQueryType()!).flatMap((root) => {
    const args = argumentsOf(root);
    const item = itemOf(root);
    if (args === undefined || !item) return [];
    const ask = (selection: string): ProofQuery => ({
      field: root.name,
      document: `{ ${root.name}${args} ${selection} }`,
    });
    const nested = fieldsOf(item).flatMap((field) => {
      const below = argumentsOf(field);
      const selection = selectionOf(getNamedType(field.type), 0);
      if (below === undefined || !selection || isLeafType(getNamedType(field.type))) return [];
      return [
        ask(wrapInPage(root, `__typename ${'id' in item.getFields() ? 'id ' : ''}${field.name}${below} ${selection}`)),
      ];
    });
    return [ask(selectionOf(getNamedType(root.type), 0)!), ...nested];
  });
}
