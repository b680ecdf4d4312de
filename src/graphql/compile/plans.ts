import type { DocumentNode, ExecutionArgs, GraphQLSchema, OperationDefinitionNode, VariableValues } from 'graphql';
import { Declined, declinedBy, type Reason } from '../../access/decline.ts';
import { toAppError } from '../../db/pg-errors.ts';
import { Lru } from '../../lib/lru.ts';
import { Ids } from '../../lib/set-ids.ts';
import type { Context } from '../context.ts';
import { valuesAt } from './arguments.ts';
import { PlannedChange } from './change.ts';
import { planBytes } from './kept-bytes.ts';
import { Operation, Variants } from './operation.ts';
import { environmental, type NotCompiled, notCompiledBy, type Outcome, reasonOf } from './outcome.ts';
import { PlannedPart } from './part.ts';
import { payloadTarget } from './payload-field.ts';
import { compilePlan, type Plan, type Target } from './plan.ts';
import type { Skeleton } from './skeleton.ts';
import type { Supplied } from './supplied.ts';

type OperationArgs = Pick<ExecutionArgs, 'document' | 'variableValues'>;

/** Counts since the start: of queries, and of root fields of mutations. */
export interface PlanCounts {
  /** Answered by a plan. */
  answered: number;
  /** Queries answered by a plan and, for other root fields, by the executor. */
  partly: number;
  /** Left to the executor. */
  declined: number;
  /** Of those, the ones whose statement the database rejected. */
  failed: number;
  compiled: number;
  /** Plans in the cache now, and plans evicted to make room. */
  kept: number;
  forgotten: number;
  /** Estimated memory of the cached plans. */
  keptBytes: number;
}

export interface PlansOptions {
  /** Most memory that cached plans may take, estimated. */
  mostBytes?: number;
  /** Called for every operation that is left to the executor. */
  onDecline?(reason: Reason): void;
}

/** Longest key of a plan, in characters. Keys contain names of types, orders and filters, which callers choose. */
const longestKey = 16_384;

const defaultBytes = 128 * 1024 * 1024;

/**
 * The compiled queries of a server. A plan belongs to a document, an operation, a role and its permissions, the
 * tenant's modules, a choice of `@skip` and `@include`, and the shape of the arguments; never to a tenant, a viewer or
 * values.
 */
export class Plans {
  readonly #schema: GraphQLSchema;
  readonly #plans: Lru<Plan | Declined>;
  readonly #operations = new WeakMap<DocumentNode, Map<OperationDefinitionNode, Operation>>();
  readonly #variants = new Variants();
  readonly #ids = new Ids();
  readonly #onDecline: PlansOptions['onDecline'];
  readonly #counts = { answered: 0, partly: 0, declined: 0, failed: 0, compiled: 0 };
  #nextOperation = 0;

  constructor(schema: GraphQLSchema, options: PlansOptions = {}) {
    this.#schema = schema;
    this.#plans = new Lru(options.mostBytes ?? defaultBytes);
    this.#onDecline = options.onDecline;
  }

  get counts(): PlanCounts {
    return { ...this.#counts, kept: this.#plans.size, forgotten: this.#plans.forgotten, keptBytes: this.#plans.weight };
  }

  /**
   * Answers a query by one statement if that is certain to equal the executor's answer. If only some root fields can be
   * compiled, returns their plan; the caller runs it beside the executor and then calls `counted`.
   */
  async answer(args: OperationArgs, operation: OperationDefinitionNode, context: Context): Promise<Outcome> {
    const outcome = await this.#answer(args, operation, context);
    if ('answer' in outcome) this.#counts.answered++;
    else if ('reason' in outcome) this.#decline(outcome.reason);
    return outcome;
  }

  #decline(reason: Reason): void {
    this.#counts.declined++;
    this.#onDecline?.(reason);
  }

  async #answer(args: OperationArgs, operation: OperationDefinitionNode, context: Context): Promise<Outcome> {
    const { viewer, tenant } = context.request;
    if (!viewer || !tenant) return { reason: { why: 'the sender is not a member of an organization' } };
    let plan: Plan;
    let supplied: Supplied;
    let parameters: unknown[];
    try {
      ({ plan, supplied } = this.#find(args, operation, context));
      parameters = plan.parametersFor(supplied);
    } catch (error) {
      return notCompiledBy(error);
    }
    if (plan.executorFields.size) return { part: new PlannedPart(plan, supplied, parameters) };
    let row: readonly Buffer[];
    try {
      row = await context.readOnce(plan.text, parameters, plan.planning);
    } catch (error) {
      return this.statementFailed(plan, error, context);
    }
    try {
      return { answer: plan.answerOf(row, supplied), plan };
    } catch (error) {
      return { reason: reasonOf(error), sessionConsumed: true };
    }
  }

  /** Decides what follows when the database rejects a plan's statement. */
  statementFailed(plan: Plan, error: unknown, context: Context): NotCompiled {
    const code = toAppError(error)?.code;
    if (code && environmental.has(code)) return { reason: { why: code }, failed: true };
    this.#counts.failed++;
    // An error that a value caused has a code; any other error is a defect of the compiler.
    if (!code) context.request.logger().error({ err: error, sql: plan.text }, 'a compiled statement failed');
    return { reason: { why: `the statement failed: ${(error as Error).message}` }, sessionConsumed: true };
  }

  /** The plan for the payload of a mutation's root field, by response name; or why it has none. Runs nothing yet. */
  change(
    args: OperationArgs,
    definition: OperationDefinitionNode,
    key: string,
    context: Context,
  ): PlannedChange | { reason: Reason } {
    const { viewer, tenant } = context.request;
    if (!viewer || !tenant) return { reason: { why: 'the sender is not a member of an organization' } };
    try {
      const operation = this.#operation(args.document, definition);
      const variables = operation.variables(args.variableValues);
      const { variant, selections, fields } = operation.changes(variables);
      const change = fields.get(key);
      if (!change) throw new Declined('is skipped', key);
      const { selected, skeleton, place } = change;
      if (skeleton instanceof Declined) throw skeleton;
      const found = this.#planOf(operation, `.${place}`, skeleton, variables, variant, context, payloadTarget);
      return new PlannedChange({ selected, selections, variables, ...found });
    } catch (error) {
      const reason = reasonOf(error);
      this.#decline(reason);
      return { reason };
    }
  }

  /**
   * Counts how a planned change, or a partly planned query, was answered in the end: by its plan, or by the executor.
   */
  counted(as: 'answered' | 'partly' | { reason: Reason }): void {
    if (typeof as === 'string') this.#counts[as]++;
    else this.#decline(as.reason);
  }

  #find(args: OperationArgs, definition: OperationDefinitionNode, context: Context) {
    const operation = this.#operation(args.document, definition);
    const variables = operation.variables(args.variableValues);
    const { variant, skeleton } = operation.skeleton(variables);
    return this.#planOf(operation, '', skeleton, variables, variant, context);
  }

  #planOf(
    operation: Operation,
    part: string,
    skeleton: Skeleton,
    variables: VariableValues,
    variant: string,
    context: Context,
    target?: Target,
  ): { plan: Plan; supplied: Supplied } {
    const { viewer } = context;
    const sites = skeleton.sites.map((site) => valuesAt(site, variables, context));
    const who = this.#ids.of(viewer.permissions, viewer.role);
    const where = this.#ids.of(context.tenant.modules);
    const key = `${operation.id}${part}/${who}/${where}/${variant}/${sites.map(({ shape }) => shape).join('/')}`;
    if (key.length > longestKey) throw new Declined('has too many or too long arguments');
    let plan = this.#plans.get(key);
    if (!plan) {
      this.#counts.compiled++;
      const args = sites.map((site) => site.args);
      plan = compiledOrDeclined(() => compilePlan({ schema: this.#schema, skeleton, viewer, args, target }));
      this.#plans.set(key, plan, planBytes(plan, operation.length, key));
    }
    if (plan instanceof Declined) throw plan;
    return { plan, supplied: { context, viewer, sites } };
  }

  #operation(document: DocumentNode, definition: OperationDefinitionNode): Operation {
    let known = this.#operations.get(document);
    if (!known) {
      known = new Map();
      this.#operations.set(document, known);
    }
    let operation = known.get(definition);
    if (!operation) {
      operation = new Operation(this.#nextOperation++, this.#schema, document, definition, this.#variants);
      known.set(definition, operation);
    }
    return operation;
  }
}

/** Documents that cannot be compiled are cached too. */
function compiledOrDeclined(compile: () => Plan): Plan | Declined {
  try {
    return compile();
  } catch (error) {
    return declinedBy(error);
  }
}
