import { type ExecutionArgs, getOperationAST, type OperationTypeNode } from 'graphql';
import { codeOf } from '../../graphql/execute/mask-error.ts';
import type { ErrorCode } from '../../lib/errors.ts';
import type { Tenant } from '../../tenancy/tenant.ts';

/** A GraphQL operation that has ended. */
export interface OperationDone {
  kind: OperationTypeNode;
  /** The operation name in the document. */
  name: string;
  tenant: Pick<Tenant, 'schemaName' | 'slug'> | undefined;
  /** Whether plans answered it, or the executor. */
  compiled: boolean;
  /** OK, or the code of its first error. */
  outcome: 'OK' | ErrorCode;
  ms: number;
}

/** Called for every operation that ran or was refused. */
export type OnOperation = (done: OperationDone) => void;

type Operation = Pick<ExecutionArgs, 'document' | 'operationName'>;
type Result = { errors?: readonly unknown[] | undefined };

interface Served {
  tenant: OperationDone['tenant'];
  compiled: boolean;
}

/** The record of an operation that has ended; `from` is the value of `performance.now()` at its start. */
export function operationDone(
  { document, operationName }: Operation,
  { errors }: Result,
  { tenant, compiled }: Served,
  from: number,
): OperationDone {
  const operation = getOperationAST(document, operationName);
  const kind = operation?.operation ?? ('query' as OperationTypeNode);
  const outcome = errors?.length ? codeOf(errors[0]) : 'OK';
  return { kind, name: operation?.name?.value ?? kind, tenant, compiled, outcome, ms: performance.now() - from };
}

/**
 * Runs an operation and reports it to `onOperation`. `run` calls its argument with the tenant, once that is known.
 */
export async function reportOperation<R extends object>(
  onOperation: OnOperation | undefined,
  operation: Operation,
  run: (setTenant: (tenant: Served['tenant']) => void) => Promise<R>,
): Promise<R> {
  const from = performance.now();
  let tenant: Served['tenant'];
  try {
    const result = await run((found) => {
      tenant = found;
    });
    onOperation?.(operationDone(operation, result as Result, { tenant, compiled: 'stringify' in result }, from));
    return result;
  } catch (error) {
    onOperation?.(operationDone(operation, { errors: [error] }, { tenant, compiled: false }, from));
    throw error;
  }
}
