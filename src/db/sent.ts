import type { Answer } from './slot.ts';

/** What becomes of the answer to a statement that is not waited for. */
export interface Sent {
  /** Reads the answer; must not fail. */
  answered?(answer: Answer): void;
  /** What an error of it means. */
  refused?(error: unknown): unknown;
}

/** A statement that is about to be sent and not waited for. */
export interface Held {
  text: string;
  parameters: readonly unknown[];
  sent: Sent;
  /** Whether it only checks something: it gives one value, so that it can stand as an expression in another statement. */
  checks?: boolean;
}

/** The statements of a session that were sent and not waited for, until somebody asks how they went. */
export class SentStatements {
  #outcomes: Promise<{ error: unknown } | undefined>[] = [];
  #failed = false;

  /** Whether a failure was given. */
  get failed(): boolean {
    return this.#failed;
  }

  add(answer: Promise<Answer>, { answered, refused }: Sent): void {
    const outcome = answer.then(
      (rows) => {
        answered?.(rows);
        return undefined;
      },
      (error: unknown) => ({ error: refused ? refused(error) : error }),
    );
    this.#outcomes.push(outcome.catch((error: unknown) => ({ error })));
  }

  /** Waits for all of them. Gives what the first that failed of them failed of, and forgets them. */
  async firstFailure(): Promise<{ error: unknown } | undefined> {
    let first: { error: unknown } | undefined;
    while (this.#outcomes.length > 0) {
      for (const outcome of this.#outcomes.splice(0)) first ??= await outcome;
    }
    this.#failed ||= first !== undefined;
    return first;
  }
}
