import { type ExecutionResult, getOperationAST, parse } from 'graphql';
import type { App } from '../../src/app.ts';
import { buildGraphServer } from '../../src/serve.ts';

type Yoga = ReturnType<typeof buildGraphServer>['yoga'];

interface Answer {
  data?: unknown;
  errors?: unknown;
}

/** How often two answers are made anew before they count as different: others may write in between. */
const attempts = 3;

/**
 * With COMPILE_CHECK=1: every query and every payload of every test is also executed field by field, and the answers
 * must be equal. A payload is executed in the transaction of its change, before that is saved. The statements of the
 * second execution are not the test's.
 */
export class BothWays {
  readonly #plain: Yoga;
  readonly #compiled: Yoga;
  readonly #recorded: string[];

  private constructor(app: App, recorded: string[]) {
    this.#recorded = recorded;
    this.#compiled = buildGraphServer(app, { verify: (...made) => this.#verify(...made) }).yoga;
    this.#plain = buildGraphServer(app, { plans: null }).yoga;
  }

  static where(app: App, recorded: string[]): BothWays | undefined {
    return process.env.COMPILE_CHECK === '1' ? new BothWays(app, recorded) : undefined;
  }

  /** The server whose payloads are checked. */
  get yoga(): Yoga {
    return this.#compiled;
  }

  async #verify(payload: string, execute: () => Promise<ExecutionResult>): Promise<void> {
    const from = this.#recorded.length;
    const { data, errors } = await execute();
    this.#recorded.splice(from);
    const [executed] = Object.values(data ?? {});
    if (errors || JSON.stringify(executed) !== JSON.stringify(JSON.parse(payload))) {
      throw new Error(`Compiled and executed payloads differ.\n${payload}\n${JSON.stringify({ data, errors })}`);
    }
  }

  /** Fails when the executor answers otherwise. */
  async check(request: () => Request, query: string, answer: Answer): Promise<void> {
    if (!isQuery(query)) return;
    let compiled = answer;
    for (let attempt = 1; ; attempt++) {
      const plain = (await (await this.#plain.fetch(request())).json()) as Answer;
      if (textOf(plain) === textOf(compiled) || isEnvironmental(plain) || isEnvironmental(compiled)) return;
      if (attempt === attempts) {
        throw new Error(`Compiled and executed answers differ.\n${query}\n${textOf(compiled)}\n${textOf(plain)}`);
      }
      compiled = (await (await this.#compiled.fetch(request())).json()) as Answer;
    }
  }
}

/** Failures of the database, which tests bring about, befall one request and not the next. */
const isEnvironmental = ({ errors }: Answer): boolean =>
  /"(CONNECTION_LOST|UNAVAILABLE|TIMEOUT|CANCELLED|RATE_LIMITED)"/.test(JSON.stringify(errors ?? []));

/** Each unexpected error has an id of its own. */
const textOf = ({ data, errors }: Answer): string =>
  JSON.stringify({ data, errors }, (key, value) => (key === 'errorId' ? undefined : value));

function isQuery(query: string): boolean {
  try {
    return getOperationAST(parse(query))?.operation === 'query';
  } catch {
    return false;
  }
}
