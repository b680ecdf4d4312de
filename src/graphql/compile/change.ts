import {
  type GraphQLError,
  type GraphQLResolveInfo,
  getArgumentValues,
  locatedError,
  type VariableValues,
} from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { Context } from '../context.ts';
import type { Plan } from './plan.ts';
import { coordinateOf, type Selected, type Selections } from './selection.ts';
import type { Supplied } from './supplied.ts';

/** A root field of a mutation whose payload has a plan: its resolver makes the change, the plan reads the payload. */
export class PlannedChange {
  readonly key: string;
  readonly plan: Plan;
  readonly #selected: Selected;
  readonly #selections: Selections;
  readonly #variables: VariableValues;
  readonly #supplied: Supplied;

  constructor(options: {
    selected: Selected;
    selections: Selections;
    variables: VariableValues;
    plan: Plan;
    supplied: Supplied;
  }) {
    this.key = options.selected.key;
    this.plan = options.plan;
    this.#selected = options.selected;
    this.#selections = options.selections;
    this.#variables = options.variables;
    this.#supplied = options.supplied;
  }

  /** Returns the use case's result. Throws the error that the executor would report for the field. */
  async make(context: Context): Promise<unknown> {
    const { field, nodes, parent, key } = this.#selected;
    const args = getArgumentValues(field, nodes[0]!, this.#variables);
    const info = {
      fieldName: field.name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType: parent,
      path: { prev: undefined, key, typename: parent.name },
      schema: this.#selections.schema,
      fragments: {},
      rootValue: undefined,
      operation: this.#selections.operation,
      variableValues: this.#variables,
    } as unknown as GraphQLResolveInfo;
    if (!field.resolve) throw new Declined('has no resolver', coordinateOf(this.#selected));
    return field.resolve(undefined, args, context, info);
  }

  /** Throws for values that the executor has to reject. */
  parametersFor(context: Context, given: unknown): unknown[] {
    return this.plan.parametersFor({ ...this.#supplied, context, given });
  }

  /** The payload as JSON text. Throws Unplanned if only the executor can answer. */
  payloadOf(row: readonly string[], context: Context, given: unknown): string {
    return this.plan.answerOf(row, { ...this.#supplied, context, given }).toString();
  }

  /** The error with the field's path and location, as the executor reports it. */
  located(error: unknown): GraphQLError {
    return locatedError(error, this.#selected.nodes, [this.key]);
  }
}
