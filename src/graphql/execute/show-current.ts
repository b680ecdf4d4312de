import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isNullableType,
  isObjectType,
  parse,
} from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { Context } from '../context.ts';
import { decodeGlobalId } from '../declare/global-id.ts';
import type { Execute } from './execute.ts';
import { rootCause } from './mask-error.ts';

/**
 * The errors of a change, where those about a stale version show the object as it is now: read by a query of the viewer's
 * own, so that `current` holds what the graph shows them and nothing else.
 */
export const showCurrent = (
  errors: readonly GraphQLError[],
  args: ExecutionArgs,
  execute: Execute,
): Promise<GraphQLError[]> => Promise.all(errors.map((error) => withCurrent(error, args, execute)));

async function withCurrent(error: GraphQLError, args: ExecutionArgs, execute: Execute): Promise<GraphQLError> {
  const cause = rootCause(error);
  if (!(cause instanceof AppError) || cause.code !== 'STALE_VERSION') return error;
  const { id } = (cause.details.current ?? {}) as { id?: string };
  // Not every type can be read by its id: then the error itself says what the object is
  if (id === undefined || !isNode(args.schema.getType(decodeGlobalId(id).typename))) return error;
  const current = await readObject(id, args, execute);
  const { nodes, path, source, positions, message } = error;
  const originalError = new AppError(cause.code, cause.message, { ...cause.details, current });
  return new GraphQLError(message, { nodes, path, source, positions, originalError });
}

/** Without the fields that the viewer may not read; no more than the id where the object went meanwhile. */
async function readObject(id: string, args: ExecutionArgs, execute: Execute): Promise<object> {
  const context = new Context((args.contextValue as Context).scope);
  try {
    const { schema } = args;
    const document = documentFor(schema, decodeGlobalId(id).typename);
    const { data, errors } = await execute({ schema, document, contextValue: context, variableValues: { id } });
    const refused = new Set((errors ?? []).map(({ path }) => path?.[1]));
    const shown = Object.entries(data?.object ?? { id }).filter(([field]) => !refused.has(field));
    return Object.fromEntries(shown);
  } finally {
    await context.commit();
  }
}

const documents = new WeakMap<GraphQLSchema, Map<string, DocumentNode>>();

function documentFor(schema: GraphQLSchema, typename: string): DocumentNode {
  const ofSchema = documents.get(schema) ?? new Map<string, DocumentNode>();
  documents.set(schema, ofSchema);
  const known = ofSchema.get(typename);
  if (known) return known;
  const fields = selectionOf(schema.getType(typename), (type) => (isNode(type) ? '{ id }' : valuesOf(type)));
  const made = parse(`query ($id: ID!) { object: node(id: $id) { ... on ${typename} { ${fields} } } }`);
  ofSchema.set(typename, made);
  return made;
}

const isNode = (type: GraphQLNamedType | undefined): boolean =>
  isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');

/** An object without an id is a value, such as an amount of money. */
function valuesOf(type: GraphQLNamedType): string | undefined {
  const values = selectionOf(type, () => undefined);
  return values && `{ ${values} }`;
}

/** The fields of a type that say what it is: values, and the objects it refers to. No lists of other objects. */
function selectionOf(
  type: GraphQLNamedType | undefined,
  ofObject: (type: GraphQLNamedType) => string | undefined,
): string {
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
  return fields.flatMap((field) => partOf(field, ofObject)).join(' ');
}

function partOf(
  field: GraphQLField<unknown, unknown>,
  ofObject: (type: GraphQLNamedType) => string | undefined,
): string[] {
  if (field.args.some(({ type }) => isNonNullType(type))) return [];
  const type = getNamedType(field.type);
  if (isLeafType(type)) return [field.name];
  const isList = isListType(isNullableType(field.type) ? field.type : field.type.ofType);
  const selection = isList || type.name.endsWith('Connection') ? undefined : ofObject(type);
  return selection ? [`${field.name} ${selection}`] : [];
}
