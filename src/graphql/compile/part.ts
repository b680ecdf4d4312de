import type { Context } from '../context.ts';
import type { Plan, Text } from './plan.ts';
import type { Supplied } from './supplied.ts';

/** A query whose plan answers some root fields while the executor answers the others, in one snapshot. */
export class PlannedPart {
  readonly plan: Plan;
  readonly #supplied: Supplied;
  readonly #parameters: readonly unknown[];

  constructor(plan: Plan, supplied: Supplied, parameters: readonly unknown[]) {
    this.plan = plan;
    this.#supplied = supplied;
    this.#parameters = parameters;
  }

  /** Runs the statement in the executor's session. Throws the database's error. */
  read(context: Context): Promise<readonly string[]> {
    return context.readBeside(this.plan.text, this.#parameters);
  }

  /**
   * The JSON of the whole answer; `others` holds the executor's values. Throws Unplanned if the executor must answer
   * all.
   */
  answerOf(row: readonly string[], others: Readonly<Record<string, unknown>>): Text {
    return this.plan.answerWith(row, this.#supplied, others);
  }
}
