import type { Answer } from './slot.ts';

/** Handlers for the answer to a statement that the caller does not await. */
export interface AnswerHandlers {
  /** Reads the answer; must not throw. */
  answered?(answer: Answer): void;
  /** Translates an error of the statement. */
  translateError?(error: unknown): unknown;
}

/** A statement with its values, ready to be sent. */
export interface BoundStatement {
  text: string;
  parameters: readonly unknown[];
  handlers: AnswerHandlers;
}

/** The statements that a session sent without waiting for their answers. */
export class PipelinedStatements {
  #outcomes: Promise<{ error: unknown } | undefined>[] = [];
  #failed = false;

  /** Whether `firstFailure` has returned an error. */
  get failed(): boolean {
    return this.#failed;
  }

  add(answer: Promise<Answer>, { answered, translateError }: AnswerHandlers): void {
    const outcome = answer.then(
      (rows) => {
        answered?.(rows);
        return undefined;
      },
      (error: unknown) => ({ error: translateError ? translateError(error) : error }),
    );
    this.#outcomes.push(outcome.catch((error: unknown) => ({ error })));
  }

  /**
   * Waits for all answers, then forgets them. Returns the error of the first statement that failed; undefined if none
   * did.
   */
  async firstFailure(): Promise<{ error: unknown } | undefined> {
    let first: { error: unknown } | undefined;
    while (this.#outcomes.length > 0) {
      for (const outcome of this.#outcomes.splice(0)) first ??= await outcome;
    }
    this.#failed ||= first !== undefined;
    return first;
  }
}
