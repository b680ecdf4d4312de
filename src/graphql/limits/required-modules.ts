import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { AppError } from '../../lib/errors.ts';
import type { Tenant } from '../../tenancy/tenant.ts';

interface Extended {
  extensions: object;
}

interface OperationArgs {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
}

const withOptional = new WeakMap<GraphQLSchema, boolean>();
const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/**
 * Refuses an operation that reaches a module which the tenant has not switched on, before any of its SQL runs. A field or
 * type of an optional module says so: `extensions: { module: 'billing' }`. Throws MODULE_DISABLED.
 */
export function requireModules(args: OperationArgs, { modules }: Pick<Tenant, 'modules'>): void {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation || !hasOptional(args.schema)) return;
  for (const module of modulesOf(args, operation)) {
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

function modulesOf({ schema, document }: OperationArgs, operation: OperationDefinitionNode): ReadonlySet<string> {
  const before = known.get(operation);
  if (before) return before;
  const modules = new Set<string>();
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const types = new TypeInfo(schema);
  const reach = () => {
    const type = types.getType();
    for (const each of [types.getFieldDef(), types.getParentType(), type && getNamedType(type)]) {
      const module = each ? moduleOf(each) : undefined;
      if (module !== undefined) modules.add(module);
    }
  };
  visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    visitWithTypeInfo(types, { [Kind.FIELD]: { enter: reach } }),
  );
  known.set(operation, modules);
  return modules;
}

function moduleOf({ extensions }: Extended): string | undefined {
  const { module } = extensions as { module?: unknown };
  return typeof module === 'string' ? module : undefined;
}
