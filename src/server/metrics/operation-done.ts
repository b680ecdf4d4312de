import { type ExecutionArgs, type ExecutionResult, getOperationAST, type OperationTypeNode } from 'graphql';
import { codeOf } from '../../graphql/execute/mask-error.ts';
import type { ErrorCode } from '../../lib/errors.ts';
import type { Tenant } from '../../tenancy/tenant.ts';

/** A GraphQL operation that has ended. */
export interface OperationDone {
  kind: OperationTypeNode;
  /** As its author called it. */
  name: string;
  tenant: Pick<Tenant, 'schemaName' | 'slug'> | undefined;
  /** Whether plans answered it, or the executor. */
  compiled: boolean;
  /** OK, or the code of its first error. */
  outcome: 'OK' | ErrorCode;
  ms: number;
}

/** Told of every operation that ran or was refused. */
export type OnOperation = (done: OperationDone) => void;

type Operation = Pick<ExecutionArgs, 'document' | 'operationName'>;
type Result = { errors?: readonly unknown[] | undefined };

interface Whose {
  tenant: OperationDone['tenant'];
  compiled: boolean;
}

/** What became of an operation that began at a moment of `performance.now()`. */
export function operationDone(
  { document, operationName }: Operation,
  { errors }: Result,
  { tenant, compiled }: Whose,
  from: number,
): OperationDone {
  const operation = getOperationAST(document, operationName);
  const kind = operation?.operation ?? ('query' as OperationTypeNode);
  const outcome = errors?.length ? codeOf(errors[0]) : 'OK';
  return { kind, name: operation?.name?.value ?? kind, tenant, compiled, outcome, ms: performance.now() - from };
}

/** Runs an operation, which says whose it is once that is known, and tells what became of it. */
export async function telling<R extends ExecutionResult>(
  onOperation: OnOperation | undefined,
  operation: Operation,
  run: (isOf: (tenant: Whose['tenant']) => void) => Promise<R>,
): Promise<R> {
  const from = performance.now();
  let tenant: Whose['tenant'];
  try {
    const result = await run((whose) => {
      tenant = whose;
    });
    onOperation?.(operationDone(operation, result, { tenant, compiled: 'stringify' in result }, from));
    return result;
  } catch (error) {
    onOperation?.(operationDone(operation, { errors: [error] }, { tenant, compiled: false }, from));
    throw error;
  }
}
