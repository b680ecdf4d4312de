import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { AppError } from '../../lib/errors.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { fragmentsOf } from '../fragments.ts';
import { coercedVariables } from '../variables.ts';

interface Extended {
  extensions: object;
}

interface OperationArgs {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: { readonly [variable: string]: unknown } | null | undefined;
}

/**
 * The modules that an operation reads or changes, and the arguments of `node` and `nodes`, whose ids can name any type.
 */
interface Reached {
  modules: ReadonlySet<string>;
  ids: readonly ValueNode[];
}

const withOptional = new WeakMap<GraphQLSchema, boolean>();
const reachedModules = new WeakMap<OperationDefinitionNode, Reached>();

/**
 * Throws MODULE_DISABLED, before any SQL runs, if the operation reaches a module that the tenant has not switched on:
 * through a field, the type of a selected object, or an id passed to `node`. Fields and types of an optional module
 * carry `extensions: { module: 'billing' }`.
 */
export function requireModules(args: OperationArgs, { modules }: Pick<Tenant, 'modules'>): void {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation || !hasOptional(args.schema)) return;
  const reached = reachedBy(args, operation);
  const ofIds = reached.ids.length ? modulesOfIds(args, operation, reached.ids) : [];
  for (const module of [...reached.modules, ...ofIds]) {
    if (modules.has(module)) continue;
    throw new AppError('MODULE_DISABLED', `The organization has not switched on the module ${module}`, { module });
  }
}

function hasOptional(schema: GraphQLSchema): boolean {
  let found = withOptional.get(schema);
  if (found === undefined) {
    found = Object.values(schema.getTypeMap()).some(
      (type) =>
        moduleOf(type) || (isObjectType(type) && Object.values(type.getFields()).some((field) => moduleOf(field))),
    );
    withOptional.set(schema, found);
  }
  return found;
}

/** The modules of the types in the ids. Malformed ids are rejected when the operation runs. */
function modulesOfIds(args: OperationArgs, operation: OperationDefinitionNode, nodes: readonly ValueNode[]): string[] {
  const { variableValues } = coercedVariables(args, operation);
  const ids = nodes.flatMap((node) => valueFromASTUntyped(node, variableValues?.coerced) as unknown);
  return ids.flatMap((id) => {
    const type = args.schema.getType(String(id).split(':')[0]!);
    const module = type && moduleOf(type);
    return module === undefined ? [] : [module];
  });
}

function reachedBy({ schema, document }: OperationArgs, operation: OperationDefinitionNode): Reached {
  const before = reachedModules.get(operation);
  if (before) return before;
  const modules = new Set<string>();
  const ids: ValueNode[] = [];
  const types = new TypeInfo(schema);
  const reach = (node: FieldNode) => {
    const type = types.getType();
    if (types.getFieldDef()?.extensions.chantierNodes) ids.push(...(node.arguments ?? []).map(({ value }) => value));
    for (const each of [types.getFieldDef(), types.getParentType(), type && getNamedType(type)]) {
      const module = each ? moduleOf(each) : undefined;
      if (module !== undefined) modules.add(module);
    }
  };
  visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragmentsOf(document).values()] },
    visitWithTypeInfo(types, { [Kind.FIELD]: { enter: reach } }),
  );
  const reached = { modules, ids };
  reachedModules.set(operation, reached);
  return reached;
}

function moduleOf({ extensions }: Extended): string | undefined {
  const { module } = extensions as { module?: unknown };
  return typeof module === 'string' ? module : undefined;
}
