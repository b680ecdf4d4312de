import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Plans, reportOf, resultOf } from './compile/plans.ts';
import { Context } from './context.ts';
import { answerOnce } from './idempotency.ts';

export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

export interface ExecuteOptions {
  /** Compiled queries; without them every operation is executed field by field. */
  plans?: Plans;
  /** Whether the answer says how it was made, to those who may explore the graph. */
  explain?: boolean;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Runs an operation in its transactions. A query is one read-only snapshot, given back when the answer is complete.
 * Each root field of a mutation, with all that is selected under it, is one transaction, committed before the next
 * begins; an error anywhere under the field rolls it back, so an answer never shows what was not kept.
 */
export async function executeOperation(
  args: ExecutionArgs,
  execute: Execute,
  options: ExecuteOptions = {},
): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName);
  const context = args.contextValue as Context;
  if (operation?.operation === 'mutation') return executeMutation(args, operation, context, execute);
  try {
    if (operation?.operation !== 'query' || !options.plans) return await execute(args);
    return await executeQuery(args, operation, execute, options.plans, options.explain ?? false);
  } finally {
    await context.commit();
  }
}

/** By its plan, where it has one. */
async function executeQuery(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  execute: Execute,
  plans: Plans,
  explain: boolean,
): Promise<ExecutionResult> {
  const context = args.contextValue as Context;
  const outcome = await plans.answer(args, operation, context);
  const extensions = explain && context.scope.viewer?.permissions.has('graph:explore') && { plan: reportOf(outcome) };
  if ('data' in outcome) return Object.assign(resultOf(outcome.data), extensions && { extensions });
  const result = await (outcome.spoilt ? executeAnew(args, execute) : execute(args));
  return extensions ? { ...result, extensions: { ...result.extensions, ...extensions } } : result;
}

async function executeAnew(args: ExecutionArgs, execute: Execute): Promise<ExecutionResult> {
  const context = new Context((args.contextValue as Context).scope);
  try {
    return await execute({ ...args, contextValue: context });
  } finally {
    await context.commit();
  }
}

async function executeMutation(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  context: Context,
  execute: Execute,
): Promise<ExecutionResult> {
  const fragments = fragmentsOf(args.document);
  const keys = responseKeys(operation.selectionSet, fragments);
  const data: Record<string, unknown> = Object.create(null);
  const errors: NonNullable<ExecutionResult['errors']>[number][] = [];
  let missing = false;
  for (const key of keys) {
    const document = only(args.document, operation, key, fragments);
    const run = (ctx: Context) => executeField({ ...args, document, contextValue: ctx }, ctx, execute);
    const ofCatalog = isOfCatalog(args.schema, operation.selectionSet, key, fragments);
    const result = await answerOnce(context, args, key, run, ofCatalog);
    if (result.errors) errors.push(...result.errors);
    if (result.data) Object.assign(data, result.data);
    else missing = true;
    if (missing) break;
  }
  return { data: missing ? null : data, ...(errors.length && { errors }) };
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

async function executeField(args: ExecutionArgs, context: Context, execute: Execute): Promise<ExecutionResult> {
  try {
    const result = await execute(args);
    if (result.errors?.length) await context.rollback();
    return result;
  } catch (error) {
    await context.rollback();
    throw error;
  }
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

function only(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  key: string,
  fragments: Fragments,
): DocumentNode {
  const single = { ...operation, selectionSet: keep(operation.selectionSet, key, fragments) };
  return { ...document, definitions: document.definitions.map((d) => (d === operation ? single : d)) };
}
