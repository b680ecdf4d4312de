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
 * Adds the current object to STALE_VERSION errors. It is read with a query as the viewer, so that `current` contains
 * only fields that the viewer may see.
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
  // If the type cannot be read by id, the error already contains the current object
  if (id === undefined || !isNode(args.schema.getType(decodeGlobalId(id).typename))) return error;
  const current = await readObject(id, args, execute);
  const { nodes, path, source, positions, message } = error;
  const originalError = new AppError(cause.code, cause.message, { ...cause.details, current });
  return new GraphQLError(message, { nodes, path, source, positions, originalError });
}

/** The object without the fields that the viewer may not read; only its id if it was deleted meanwhile. */
async function readObject(id: string, args: ExecutionArgs, execute: Execute): Promise<object> {
  const context = new Context((args.contextValue as Context).request);
  try {
    const { schema } = args;
    const document = documentFor(schema, decodeGlobalId(id).typename);
    const { data, errors } = await execute({ schema, document, contextValue: context, variableValues: { id } });
    const failedKeys = new Set((errors ?? []).map(({ path }) => path?.[1]));
    const shown = Object.entries(data?.object ?? { id }).filter(([field]) => !failedKeys.has(field));
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

/** The selection of an object without an id, such as an amount of money. */
function valuesOf(type: GraphQLNamedType): string | undefined {
  const values = selectionOf(type, () => undefined);
  return values && `{ ${values} }`;
}

/** The selection of a type: its scalar fields and references, without lists of other objects. */
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
