import type { Context } from '../context.ts';
import type { Plan, Text } from './plan.ts';
import type { Supplied } from './supplied.ts';

/** A query of which the plan answers some root fields and the executor the others, in one snapshot. */
export class PlannedPart {
  readonly plan: Plan;
  readonly #supplied: Supplied;
  readonly #parameters: readonly unknown[];

  constructor(plan: Plan, supplied: Supplied, parameters: readonly unknown[]) {
    this.plan = plan;
    this.#supplied = supplied;
    this.#parameters = parameters;
  }

  /** Runs the statement in the session that the executor uses too. Throws what the database refused it for. */
  read(context: Context): Promise<readonly string[]> {
    return context.readBeside(this.plan.text, this.#parameters);
  }

  /** The JSON of the whole answer, with what the executor gave. Throws where the executor has to answer all. */
  answerOf(row: readonly string[], others: Readonly<Record<string, unknown>>): Text {
    return this.plan.answerWith(row, this.#supplied, others);
  }
}
