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

/** Counts since the start. */
export interface PlanCounts {
  /** Operations answered by a plan. */
  answered: number;
  /** Operations answered by a plan and, for other root fields, by the executor. */
  partly: number;
  /** Operations left to the executor. */
  declined: number;
  /** Of those, statements that the database refused. */
  failed: number;
  compiled: number;
  /** Plans kept now, and forgotten to make room. */
  kept: number;
  forgotten: number;
  /** What those that are kept take, estimated. */
  keptBytes: number;
}

export interface PlansOptions {
  /** What the plans that are kept may take in memory, estimated. */
  mostBytes?: number;
  /** Told of every operation that is left to the executor. */
  onDecline?(reason: Reason): void;
}

/** Names of types, orders and filters stand in the keys of plans: so many are kept, and so long may each be. */
const longestKey = 16_384;

const defaultBytes = 128 * 1024 * 1024;

/**
 * The compiled queries of a server. A plan belongs to a document, an operation of it, a role and its permissions, the
 * tenant's modules, what is skipped, and the shape of the arguments; never to a tenant, a viewer or values.
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
   * Answers a query operation by one statement, where that is certain to be what the executor would answer; or gives the
   * statement for some of its root fields, to be run beside the executor, and to be `counted` then.
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
    const { viewer, tenant } = context.scope;
    if (!viewer || !tenant) return { reason: { why: 'nobody of an organization asks' } };
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
      return this.refused(plan, error, context);
    }
    try {
      return { answer: plan.answerOf(row, supplied), plan };
    } catch (error) {
      return { reason: reasonOf(error), sessionConsumed: true };
    }
  }

  /** What it means that the database refused the statement of a plan. */
  refused(plan: Plan, error: unknown, context: Context): NotCompiled {
    const code = toAppError(error)?.code;
    if (code && environmental.has(code)) return { reason: { why: code }, failed: true };
    this.#counts.failed++;
    // What a value is refused for has a meaning; anything else is a fault of the compiler.
    if (!code) context.scope.logger().error({ err: error, sql: plan.text }, 'a compiled statement failed');
    return { reason: { why: `the statement failed: ${(error as Error).message}` }, sessionConsumed: true };
  }

  /** The plan of a root field of a mutation, by its name in the answer; or why it has none. Nothing has run yet. */
  change(
    args: OperationArgs,
    definition: OperationDefinitionNode,
    key: string,
    context: Context,
  ): PlannedChange | { reason: Reason } {
    const { viewer, tenant } = context.scope;
    if (!viewer || !tenant) return { reason: { why: 'nobody of an organization asks' } };
    try {
      const operation = this.#operation(args.document, definition);
      const variables = operation.variables(args.variableValues);
      const { variant, selections, fields } = operation.changes(variables);
      const change = fields.get(key);
      if (!change) throw new Declined('is left out', key);
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

  /** Counts how a planned change, or part of a query, was answered: by its plan, or by the executor after all. */
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
    const sites = skeleton.sites.map((site) => valuesAt(site, variables));
    const who = this.#ids.of(viewer.permissions, viewer.role);
    const where = this.#ids.of(context.tenant.modules);
    const key = `${operation.id}${part}/${who}/${where}/${variant}/${sites.map(({ shape }) => shape).join('/')}`;
    if (key.length > longestKey) throw new Declined('asks for too much at once');
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

/** What cannot be compiled is remembered too. */
function compiledOrDeclined(compile: () => Plan): Plan | Declined {
  try {
    return compile();
  } catch (error) {
    return declinedBy(error);
  }
}
