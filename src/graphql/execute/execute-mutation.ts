import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { PlannedChange } from '../compile/change.ts';
import type { Plans } from '../compile/plans.ts';
import { type PlanReport, reportOf } from '../compile/report.ts';
import { resultOf, type TextResult } from '../compile/text-result.ts';
import type { Context } from '../context.ts';
import { type Fragments, fragmentsOf } from '../fragments.ts';
import type { CatalogCaller } from '../identity/catalog-mutation.ts';
import { onlyFields, responseKeys, selectionsUnder } from '../root-fields.ts';
import { coercedVariables } from '../variables.ts';
import { answerCatalogOnce } from './answer-catalog-once.ts';
import type { Execute } from './execute.ts';
import { executeChange, type Verify } from './execute-change.ts';
import type { FieldAnswer } from './field-answer.ts';
import { answerOnce } from './idempotency.ts';
import { retryChange } from './retry-answer.ts';
import { showCurrent } from './show-current.ts';

export interface MutationOptions {
  plans: Plans | undefined;
  verify: Verify | undefined;
}

/** Without errors the result is JSON text, which `stringify` returns. */
export type MutationResult = ExecutionResult | TextResult;

/** One root field of a mutation, and how it will be answered. */
export interface PlannedField {
  key: string;
  /** Which callers may use a field that changes the catalog; undefined if the field changes the tenant. */
  catalogCaller: CatalogCaller | undefined;
  change: PlannedChange | undefined;
  report: PlanReport;
}

/** Decides how each root field of a mutation will be answered, in order of execution. */
export function planMutation(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  plans: Plans | undefined,
): PlannedField[] {
  const context = args.contextValue as Context;
  const fragments = fragmentsOf(args.document);
  const { variableValues } = coercedVariables(args, operation);
  return [...responseKeys(operation.selectionSet, fragments, variableValues)].map((key) => {
    const catalogCaller = catalogCallerOf(args.schema, operation.selectionSet, key, fragments);
    const found = plans?.change(args, operation, key, context) ?? { reason: { why: 'plans are switched off' } };
    const change = 'plan' in found ? found : undefined;
    return { key, catalogCaller, change, report: reportOf(found) };
  });
}

/**
 * Runs the root fields one after the other, each in its own transaction. Stops after a failed one that is not nullable.
 * Without errors the answer is JSON text.
 */
export async function executeMutation(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  fields: readonly PlannedField[],
  execute: Execute,
  { plans, verify }: MutationOptions,
): Promise<MutationResult> {
  const context = args.contextValue as Context;
  const parts: string[] = [];
  const errors: NonNullable<ExecutionResult['errors']>[number][] = [];
  let missing = false;
  let replayed = 0;
  for (const { key, catalogCaller, change } of fields) {
    const executor = (ctx: Context) => execute({ ...onlyFields(args, operation, new Set([key])), contextValue: ctx });
    const answer = (by: PlannedChange | undefined): Promise<FieldAnswer> => {
      const run = (ctx: Context, mayCommit: boolean) =>
        executeChange({ change: by, executor, plans, verify, mayCommit }, ctx);
      if (catalogCaller) {
        return answerCatalogOnce(context, args, key, (ctx) => run(ctx, false), catalogCaller === 'anybody');
      }
      return retryChange(context, (ctx) => answerOnce(ctx, args, key, run));
    };
    const first = await answer(change);
    const result = first.again ? await answer(undefined) : first;
    if (result.replayed) replayed++;
    if (result.errors) errors.push(...(await showCurrent(result.errors, args, execute)));
    if (result.data === null) missing = true;
    else parts.push(result.data.slice(1, -1));
    if (missing) break;
  }
  context.request.answer.replayed = replayed > 0 && replayed === fields.length;
  const data = `{${parts.filter(Boolean).join(',')}}`;
  if (!errors.length && !missing) return resultOf(`{"data":${data}}`);
  return { data: missing ? null : (JSON.parse(data) as Record<string, unknown>), ...(errors.length && { errors }) };
}

/** Which callers may use the root field with this response key; undefined if it does not change the catalog. */
function catalogCallerOf(
  schema: GraphQLSchema,
  set: SelectionSetNode,
  key: string,
  fragments: Fragments,
): CatalogCaller | undefined {
  const fields = schema.getMutationType()?.getFields();
  for (const node of set.selections) {
    const caller =
      node.kind !== Kind.FIELD
        ? catalogCallerOf(schema, selectionsUnder(node, fragments)!, key, fragments)
        : (node.alias?.value ?? node.name.value) === key && fields?.[node.name.value]?.extensions.catalog;
    if (caller) return caller as CatalogCaller;
  }
  return undefined;
}
