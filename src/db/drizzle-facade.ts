import type { AnyRelations } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import { AppError } from '../lib/errors.ts';
import type { Answer } from './slot.ts';

/** Runs drizzle's statements. */
export interface StatementRunner {
  run(text: string, parameters: readonly unknown[], values: boolean): Promise<Answer>;
  /** Runs `work` in a savepoint, on a runner of its own. */
  savepoint<T>(work: (runner: StatementRunner) => Promise<T>): Promise<T>;
}

/** The part of a postgres.js client that drizzle's driver uses. */
interface Client {
  options: { parsers: object; serializers: object };
  unsafe(text: string, parameters?: unknown[]): PromiseLike<Answer> & { values(): PromiseLike<Answer> };
  begin<T>(work: (client: Client) => Promise<T>): Promise<T>;
  savepoint<T>(work: (client: Client) => Promise<T>): Promise<T>;
}

const controls =
  /^\s*(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare|deallocate|discard|set|reset|listen|unlisten|copy|call|do)\b/i;

/** drizzle over a runner. A statement starts when it is awaited; a transaction inside is a savepoint. */
export function drizzleOver<R extends AnyRelations>(runner: StatementRunner, relations: R): PostgresJsDatabase<R> {
  return drizzle({ client: clientOf(runner) as unknown as Sql, relations });
}

function clientOf(runner: StatementRunner): Client {
  const nested = <T>(work: (client: Client) => Promise<T>): Promise<T> =>
    runner.savepoint((inner) => work(clientOf(inner)));
  return {
    // drizzle installs its codecs here; the slot's codecs are the ones in use.
    options: { parsers: {}, serializers: {} },
    unsafe: (text, parameters = []) => statement(runner, text, parameters),
    begin: nested,
    savepoint: nested,
  };
}

function statement(
  runner: StatementRunner,
  text: string,
  parameters: readonly unknown[],
): ReturnType<Client['unsafe']> {
  const start = (values: boolean): Promise<Answer> =>
    controls.test(text)
      ? Promise.reject(
          new AppError('INTERNAL', 'Statements must not change the transaction or the settings of their session'),
        )
      : runner.run(text, parameters, values);
  const lazily = (values: boolean): PromiseLike<Answer> => ({
    // biome-ignore lint/suspicious/noThenProperty: drizzle awaits it, and only then may the statement start
    then: (resolve, reject) => start(values).then(resolve, reject),
  });
  return Object.assign(lazily(false), { values: () => lazily(true) });
}
