import type { CursorSession } from '../../db/read-by-cursor.ts';

interface HoldOptions {
  /** Begins to charge database time; call the result when it ends. */
  charge: (() => () => void) | undefined;
}

/**
 * The connection of an export: charges the time during which its statements run, not that during which it waits for the
 * client, and says when the connection was given back.
 */
export class CursorHold {
  readonly #charge: HoldOptions['charge'];
  readonly #released = Promise.withResolvers<void>();
  #isHeld = false;
  #running = 0;
  #stopCharging: (() => void) | undefined;

  constructor({ charge }: HoldOptions) {
    this.#charge = charge;
  }

  /** For the session: called when it gets the connection; the result, when it gives it back. */
  readonly onHold = (): (() => void) => {
    this.#isHeld = true;
    this.#startCharging();
    return () => {
      this.#pause();
      this.#released.resolve();
    };
  };

  get isRunning(): boolean {
    return this.#running > 0;
  }

  /** The session, with its statements counted. */
  over(session: CursorSession): CursorSession {
    return {
      run: (text, parameters, form) => {
        this.#running++;
        this.#startCharging();
        const answer = session.run(text, parameters, form);
        const done = () => {
          if (--this.#running === 0) this.#pause();
        };
        answer.then(done, done);
        return answer;
      },
    };
  }

  /** Resolves when no connection is held. */
  async released(): Promise<void> {
    if (this.#isHeld) await this.#released.promise;
  }

  #startCharging(): void {
    if (this.#isHeld && this.isRunning) this.#stopCharging ??= this.#charge?.();
  }

  #pause(): void {
    this.#stopCharging?.();
    this.#stopCharging = undefined;
  }
}
