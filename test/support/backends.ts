import postgres, { type Sql } from 'postgres';

/** A superuser's view of the backends of one database, for tests that break them. */
export class Backends implements AsyncDisposable {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = postgres(url, { max: 1, onnotice: () => {} });
  }

  /**
   * Kills the backends of the application's slots and waits until they are gone, with their locks; gives how many there
   * were.
   */
  async kill(applicationName = 'chantier'): Promise<number> {
    const killed = await this.#sql`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and application_name = ${applicationName} and pid <> pg_backend_pid()`;
    return killed.length;
  }

  query<Row extends object>(text: string, parameters: string[] = []): Promise<Row[]> {
    return this.#sql.unsafe(text, parameters) as unknown as Promise<Row[]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end();
  }
}
