import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import postgres, { type Options, type PostgresType, type Sql } from 'postgres';
import { type EncodedParameter, installCodecs } from './codecs.ts';
import type { Answer, Backend, Connection, ConnectionOptions, Owner, RowForm, Statement } from './connection.ts';
import { copyPeer, readCopy, writeCopy } from './copy.ts';
import { runStatement } from './statement-query.ts';

/** Options that postgres.js accepts but does not declare. */
type ClientOptions = Omit<Options<Record<string, PostgresType>>, 'host' | 'port'> & {
  host: string[];
  port: number[];
  socket: () => Promise<Socket>;
};

/**
 * A connection by postgres.js. Its client would reconnect by itself and send its remaining statements on the new
 * connection, without their BEGIN. This client gets one socket and no second one, so a statement is sent on the
 * connection it was meant for or not at all. Parameters are encoded as text before postgres.js sees them: an error
 * inside its sending code leaves a statement in its queue that was never sent, and every later answer would go to the
 * statement before.
 */
export class PostgresJsConnection implements Connection {
  readonly #sql: Sql;

  constructor(options: ConnectionOptions) {
    const client: ClientOptions = {
      max: 1,
      // No URL: postgres.js would fill its gaps from the environment. Lists: it would split a text at colons and commas
      host: [options.host],
      port: [options.port],
      ...(options.user !== '' && { user: options.user }),
      database: options.database,
      // A function is used even if it returns an empty password; otherwise postgres.js would send PGPASSWORD
      password: () => options.password,
      // postgres.js would remove our listeners from a connection that it secures, so it gets one that is already secure
      ssl: false,
      fetch_types: false,
      idle_timeout: null as never,
      max_lifetime: null,
      connect_timeout: options.connectMs / 1000,
      prepare: options.prepare,
      connection: options.parameters as never,
      onnotice: () => {},
      onclose: () => options.onClose(),
      socket: () => options.socket(),
      ...(options.onNotify && { onnotify: options.onNotify }),
    };
    // Its types know no lists of hosts
    this.#sql = postgres(client as unknown as Options<Record<string, PostgresType>>);
    installCodecs(this.#sql);
  }

  control(text: string): PromiseLike<Answer> {
    return this.#sql.unsafe(text, [], { simple: true } as never).execute();
  }

  run(
    statement: Statement,
    parsed: boolean,
    parameters: readonly EncodedParameter[],
    form: RowForm,
  ): PromiseLike<Answer> {
    const typed = parameters.map(({ text, type }) => this.#sql.typed(text as never, type));
    const query = this.#sql.unsafe(statement.string, typed, { simple: false } as never);
    runStatement(query, statement, parsed);
    if (form === 'values') void query.values();
    else if (form === 'bytes') void query.raw();
    return query.execute();
  }

  copyOut(text: string, owner: Owner): Readable {
    return readCopy(copyPeer(this.#sql, text, owner));
  }

  copyIn(text: string, owner: Owner): Writable {
    return writeCopy(copyPeer(this.#sql, text, owner));
  }

  backendOf(answer: Answer): Backend {
    return (answer as Answer & { state: Backend }).state;
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 1 });
  }

  destroy(): void {
    void this.#sql.end({ timeout: 0 }).catch(() => {});
  }
}
