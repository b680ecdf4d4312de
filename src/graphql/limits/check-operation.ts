import type { ExecutionArgs } from 'graphql';
import type { Tenant } from '../../tenancy/tenant.ts';
import { checkBounds } from './check-bounds.ts';
import type { GraphLimits } from './complexity.ts';
import { checkCost } from './cost.ts';
import { checkVariables } from './document-limits.ts';
import { introspects, onlyIntrospects } from './introspection.ts';
import { requireModules } from './required-modules.ts';

export type OperationArgs = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/** The properties of an operation that are known before it runs. */
export interface CheckedOperation {
  complexity: number;
  /** Whether it reads the schema. */
  introspects: boolean;
  /** Whether it reads no data at all. */
  onlyIntrospects: boolean;
  /** Throws MODULE_DISABLED if it needs a module that the tenant has switched off. */
  checkModules(tenant: Pick<Tenant, 'modules'>): void;
}

/**
 * Checks an operation as far as possible before anything is read: the depth and size of its values, and its cost.
 * Throws TOO_COMPLEX, BAD_INPUT, and graphql's own error for variables that cannot be coerced.
 */
export function checkOperation(args: OperationArgs, limits: GraphLimits): CheckedOperation {
  checkVariables(args.variableValues);
  checkBounds(args);
  const complexity = checkCost(args, limits);
  return {
    complexity,
    introspects: introspects(args),
    onlyIntrospects: onlyIntrospects(args),
    checkModules: (tenant) => requireModules(args, tenant),
  };
}
