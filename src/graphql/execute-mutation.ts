import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { answeringAfterMove } from './after-move.ts';
import type { PlannedChange } from './compile/change.ts';
import { type PlanReport, type Plans, reportOf, resultOf, type TextResult } from './compile/plans.ts';
import type { Context } from './context.ts';
import { executeChange, type Verify } from './execute-change.ts';
import { answerOnce, type FieldAnswer } from './idempotency.ts';

export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

export interface MutationOptions {
  plans: Plans | undefined;
  verify: Verify | undefined;
}

/** Without errors it is text already, which `stringify` gives. */
export type MutationResult = ExecutionResult | TextResult;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** One root field of a mutation, as it will be answered. */
export interface PlannedField {
  key: string;
  /** Whether it changes the catalog and not the tenant. */
  ofCatalog: boolean;
  change: PlannedChange | undefined;
  report: PlanReport;
}

/** How each root field of a mutation will be answered, in the order in which they run. */
export function planMutation(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  plans: Plans | undefined,
): PlannedField[] {
  const context = args.contextValue as Context;
  const fragments = fragmentsOf(args.document);
  return [...responseKeys(operation.selectionSet, fragments)].map((key) => {
    const ofCatalog = isOfCatalog(args.schema, operation.selectionSet, key, fragments);
    const found = plans?.change(args, operation, key, context) ?? { reason: { why: 'plans are off' } };
    const change = 'plan' in found ? found : undefined;
    return { key, ofCatalog, change, report: reportOf(found) };
  });
}

/**
 * Runs the root fields one after the other, each in a transaction of its own; after one that failed and may not be
 * null, no other. The answer is text already, for who does not look into it.
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
  for (const { key, ofCatalog, change } of fields) {
    const executor = (ctx: Context) => execute({ ...argsOf(args, operation, key), contextValue: ctx });
    const answer = (by: PlannedChange | undefined): Promise<FieldAnswer> => {
      const run = (ctx: Context, mayCommit: boolean) =>
        executeChange({ change: by, executor, plans, verify, mayCommit }, ctx);
      const once = (ctx: Context) => answerOnce(ctx, args, key, run, ofCatalog);
      return ofCatalog ? once(context) : answeringAfterMove(context, once);
    };
    const first = await answer(change);
    const result = first.again ? await answer(undefined) : first;
    if (result.errors) errors.push(...result.errors);
    if (result.data === null) missing = true;
    else parts.push(result.data.slice(1, -1));
    if (missing) break;
  }
  const data = `{${parts.filter(Boolean).join(',')}}`;
  if (!errors.length && !missing) return resultOf(`{"data":${data}}`);
  return { data: missing ? null : (JSON.parse(data) as Record<string, unknown>), ...(errors.length && { errors }) };
}

/** Whether the root field that answers under a name changes the catalog and not the tenant. */
function isOfCatalog(schema: GraphQLSchema, set: SelectionSetNode, key: string, fragments: Fragments): boolean {
  const fields = schema.getMutationType()?.getFields();
  return set.selections.some((node) => {
    if (node.kind !== Kind.FIELD) return isOfCatalog(schema, selectionsUnder(node, fragments)!, key, fragments);
    const name = node.name.value;
    return (node.alias?.value ?? name) === key && fields?.[name]?.extensions.catalog === true;
  });
}

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(document.definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d]] : [])));

const selectionsUnder = (node: SelectionNode, fragments: Fragments): SelectionSetNode | undefined =>
  node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)?.selectionSet : node.selectionSet;

/** The names of the root fields in the answer, in the order in which they run. */
function responseKeys(set: SelectionSetNode, fragments: Fragments): Set<string> {
  const keys = new Set<string>();
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) keys.add(node.alias?.value ?? node.name.value);
    else for (const key of responseKeys(selectionsUnder(node, fragments)!, fragments)) keys.add(key);
  }
  return keys;
}

/** The selection with one root field left; fragments become inline, so that their directives and conditions still hold. */
function keep(set: SelectionSetNode, key: string, fragments: Fragments): SelectionSetNode {
  const selections = set.selections.flatMap((node): SelectionNode[] => {
    if (node.kind === Kind.FIELD) return (node.alias?.value ?? node.name.value) === key ? [node] : [];
    const kept = keep(selectionsUnder(node, fragments)!, key, fragments);
    if (!kept.selections.length) return [];
    return [
      { kind: Kind.INLINE_FRAGMENT, ...(node.directives && { directives: node.directives }), selectionSet: kept },
    ];
  });
  return { ...set, selections };
}

/** The request as if it asked for one root field. */
function argsOf(args: ExecutionArgs, operation: OperationDefinitionNode, key: string): ExecutionArgs {
  const { document } = args;
  const single = { ...operation, selectionSet: keep(operation.selectionSet, key, fragmentsOf(document)) };
  return {
    ...args,
    document: { ...document, definitions: document.definitions.map((d) => (d === operation ? single : d)) },
  };
}
