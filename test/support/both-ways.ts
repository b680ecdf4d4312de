import { getOperationAST, parse } from 'graphql';
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
 * With COMPILE_CHECK=1: every query of every test is also executed field by field, and the answers must be equal. The
 * statements of the second execution are not the test's, so it runs when those of the first were taken.
 */
export class BothWays {
  readonly #plain: Yoga;
  readonly #compiled: Yoga;

  private constructor(app: App, compiled: Yoga) {
    this.#compiled = compiled;
    this.#plain = buildGraphServer(app, { plans: null }).yoga;
  }

  static where(app: App, compiled: Yoga): BothWays | undefined {
    return process.env.COMPILE_CHECK === '1' ? new BothWays(app, compiled) : undefined;
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
