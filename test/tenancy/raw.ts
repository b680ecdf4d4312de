import postgres, { type Row } from 'postgres';

/** A connection of the test's own, outside everything that is tested. */
export class Raw implements AsyncDisposable {
  readonly #sql: postgres.Sql;

  constructor(url: string) {
    this.#sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  }

  async run(text: string): Promise<Row[]> {
    return await this.#sql.unsafe(text);
  }

  /** Runs a statement as another role, undone afterwards. */
  as(role: string, text: string): Promise<Row[]> {
    return this.#sql.begin(async (tx) => {
      await tx.unsafe(`set local role "${role}"`);
      return await tx.unsafe(text);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end();
  }
}

/** An error of the server with this SQLSTATE. */
export const sqlState = (code: string) => ({ code });
export const denied = sqlState('42501');
