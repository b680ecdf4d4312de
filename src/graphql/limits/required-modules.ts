import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  type InlineFragmentNode,
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

type FragmentNode = InlineFragmentNode | FragmentDefinitionNode;

interface OperationArgs {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: { readonly [variable: string]: unknown } | null | undefined;
}

/** A module that an operation reads or changes. */
interface ReachedModule {
  module: string;
  /** The modules of the fragments around it: without them it is never reached. */
  within: readonly string[];
}

/**
 * The modules that an operation reads or changes, and the arguments of `node` and `nodes`, whose ids can name any type.
 */
interface Reached {
  modules: readonly ReachedModule[];
  ids: readonly ValueNode[];
}

const withOptional = new WeakMap<GraphQLSchema, boolean>();
const reachedModules = new WeakMap<OperationDefinitionNode, Reached>();

/**
 * Throws MODULE_DISABLED, before any SQL runs, if the operation reaches a module that the tenant has not switched on:
 * through a field, the type of a selected object, or an id passed to `node`. A fragment on a type of that module does
 * not count: clients name all types in one document, and no object has this type. Fields and types of an optional
 * module carry `extensions: { module: 'finance' }`.
 */
export function requireModules(args: OperationArgs, { modules }: Pick<Tenant, 'modules'>): void {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation || !hasOptional(args.schema)) return;
  const reached = reachedBy(args, operation);
  const inUse = reached.modules.filter(({ within }) => within.every((each) => modules.has(each)));
  const ofIds = reached.ids.length ? modulesOfIds(args, operation, reached.ids) : [];
  for (const module of [...inUse.map((each) => each.module), ...ofIds]) {
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
    const module = moduleOfType(args.schema, String(id).split(':')[0]!);
    return module === undefined ? [] : [module];
  });
}

function reachedBy({ schema, document }: OperationArgs, operation: OperationDefinitionNode): Reached {
  const before = reachedModules.get(operation);
  if (before) return before;
  const modules: ReachedModule[] = [];
  const within: string[] = [];
  const ids: ValueNode[] = [];
  const types = new TypeInfo(schema);
  const reach = (node: FieldNode) => {
    const type = types.getType();
    if (types.getFieldDef()?.extensions.chantierNodes) ids.push(...(node.arguments ?? []).map(({ value }) => value));
    for (const each of [types.getFieldDef(), types.getParentType(), type && getNamedType(type)]) {
      const module = each ? moduleOf(each) : undefined;
      if (module !== undefined) modules.push({ module, within: [...within] });
    }
  };
  const fragment = {
    enter: ({ typeCondition }: FragmentNode) => {
      const module = typeCondition && moduleOfType(schema, typeCondition.name.value);
      if (module !== undefined) within.push(module);
    },
    leave: ({ typeCondition }: FragmentNode) => {
      if (typeCondition && moduleOfType(schema, typeCondition.name.value) !== undefined) within.pop();
    },
  };
  visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragmentsOf(document).values()] },
    visitWithTypeInfo(types, {
      [Kind.FIELD]: { enter: reach },
      [Kind.INLINE_FRAGMENT]: fragment,
      [Kind.FRAGMENT_DEFINITION]: fragment,
    }),
  );
  const reached = { modules, ids };
  reachedModules.set(operation, reached);
  return reached;
}

function moduleOfType(schema: GraphQLSchema, name: string): string | undefined {
  const type = schema.getType(name);
  return type && moduleOf(type);
}

function moduleOf({ extensions }: Extended): string | undefined {
  const { module } = extensions as { module?: unknown };
  return typeof module === 'string' ? module : undefined;
}
