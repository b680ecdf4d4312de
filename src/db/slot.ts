import type { LookupFunction, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import postgres, { type Options, type PostgresType, type Row, type RowList, type Sql } from 'postgres';
import { AnswerWatchdog } from './answer-watchdog.ts';
import { freshBytes } from './backend-memory.ts';
import { BackendMemoryEstimate } from './backend-memory-estimate.ts';
import { boundAnswers, mostAnswerBytes } from './bounded-answers.ts';
import { type Backend, requestCancel } from './cancel-request.ts';
import { type EncodedParameter, encodeParameter, installCodecs } from './codecs.ts';
import { type CopyPeer, copyPeer } from './copy.ts';
import { InFlight } from './in-flight.ts';
import { openServer, type Server, type ServerState } from './open-server.ts';
import { databaseError, isAnswer, isPerhapsStale } from './pg-errors.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { connectSocket, secureSocket } from './socket.ts';
import { runStatement, type Statement } from './statement-query.ts';

export type Answer = RowList<Row[]>;

/** The form of rows: objects, arrays of values, or arrays of undecoded bytes. */
export type RowForm = 'objects' | 'values' | 'bytes';

export interface SlotOptions {
  url: string;
  /** Other passwords of the login, tried in turn if the server refuses the password in the URL. */
  otherPasswords?: readonly string[] | undefined;
  /** Resolves the host of the URL to addresses; the system's resolver if absent. */
  lookup?: LookupFunction | undefined;
  /** Whether to use named statements, parsed once per connection; off behind a pooler in transaction mode. */
  prepare: boolean;
  applicationName: string;
  /** Server parameters for this connection, in addition to the usual ones. */
  settings?: Readonly<Record<string, string>>;
  /** Time limit for connecting and signing in; milliseconds. */
  connectMs: number;
  onStatement?: ((text: string) => void) | undefined;
  onNotify?: ((channel: string, payload: string) => void) | undefined;
  /** Called once, when the connection has ended for any reason. */
  onClose?: ((slot: Slot) => void) | undefined;
}

/** Options that postgres.js accepts but does not declare. */
type ClientOptions = Omit<Options<Record<string, PostgresType>>, 'host' | 'port'> & {
  host: string[];
  port: number[];
  socket: () => Promise<Socket>;
};

const typesOf = (parameters: readonly EncodedParameter[]): number[] => parameters.map(({ type }) => type);
const maxParameters = 65_533;
/** How much longer than the server's own limit an answer may take before the connection counts as lost. */
const graceMs = 5_000;
const defaultPatienceMs = 60_000;
const settleMs = 2_000;
const recancelMs = 100;

/**
 * One connection to the database; when the connection ends, the slot has ended.
 *
 * A postgres.js client would reconnect by itself and send its remaining statements on the new connection, without their
 * BEGIN. This client gets one socket from us and no second one, so a statement is sent on the connection it was meant
 * for or not at all. Parameters are encoded as text before postgres.js sees them: an error inside its sending code
 * leaves a statement in its queue that was never sent, and every later answer would go to the statement before.
 */
export class Slot {
  readonly openedAt = performance.now();
  /** The keys that it has served. */
  readonly keys = new BackendMemoryEstimate();
  readonly #prepared = new PreparedStatements();
  #options: SlotOptions;
  #sql: Sql;
  readonly #server: Server;
  #socket: Socket | undefined;
  #alive = true;
  #backend: Backend | undefined;
  readonly #inFlight = new InFlight();
  readonly #watchdog: AnswerWatchdog;

  private constructor(options: SlotOptions, server: Server) {
    this.#options = options;
    this.#watchdog = new AnswerWatchdog(options.connectMs, () => {
      if (this.#inFlight.count > 0) this.destroy();
    });
    this.#server = server;
    const client: ClientOptions = {
      max: 1,
      // Not a URL, whose gaps postgres.js would fill from the environment. Lists, because it would split a text at
      // colons and commas
      host: [server.host],
      port: [server.port],
      ...(server.user !== '' && { user: server.user }),
      database: server.database,
      // A function is used even if it returns an empty password; otherwise postgres.js would send PGPASSWORD
      password: () => server.password,
      // postgres.js would remove our listeners from a connection that it secures, so it gets one that is already secure
      ssl: false,
      fetch_types: false,
      idle_timeout: null as never,
      max_lifetime: null,
      connect_timeout: options.connectMs / 1000,
      prepare: options.prepare,
      // The text of times must not depend on the server's configuration.
      connection: {
        application_name: options.applicationName,
        TimeZone: 'UTC',
        DateStyle: 'ISO',
        ...server.settings,
        ...options.settings,
      } as never,
      onnotice: () => {},
      onclose: () => this.destroy(),
      socket: () => this.#connect(),
      ...(options.onNotify && { onnotify: options.onNotify }),
    };
    // The types of postgres.js do not include lists of hosts
    this.#sql = postgres(client as unknown as Options<Record<string, PostgresType>>);
    installCodecs(this.#sql);
  }

  /**
   * Opens a connection to a server of the address, signs in and waits for the first answer. Throws the error of the
   * server or the system.
   */
  static open(options: SlotOptions): Promise<Slot> {
    const opener = {
      open: (server: Server) => Slot.#openAt(options, server),
      stateOf: (slot: Slot) => slot.#state(),
      close: (slot: Slot) => slot.destroy(),
    };
    return openServer(options.url, opener, options.otherPasswords);
  }

  static async #openAt(options: SlotOptions, server: Server): Promise<Slot> {
    const slot = new Slot(options, server);
    try {
      const answer = await slot.control('select 1');
      slot.#backend = answer.state as Backend;
      slot.#watchdog.patienceMs = defaultPatienceMs;
      return slot;
    } catch (error) {
      slot.destroy();
      throw error;
    }
  }

  async #state(): Promise<ServerState> {
    const [row] = await this.runOnce(
      `select pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only')::boolean as "isReadOnly"`,
    );
    return row as unknown as ServerState;
  }

  /** False from the moment the connection is known to be lost; it never becomes true again. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Statements sent and not answered yet. */
  get outstanding(): number {
    return this.#inFlight.count;
  }

  /** The statements prepared on the connection; bytes are estimated. */
  get prepared(): { count: number; bytes: number } {
    return this.#prepared;
  }

  /** Estimated memory of the backend. It only grows, except when statements are closed. */
  get memoryBytes(): number {
    return freshBytes + this.keys.bytes + this.#prepared.bytes;
  }

  /** Process id of the backend. */
  get pid(): number {
    return this.#backend?.pid ?? 0;
  }

  /** Closes the connection when an answer takes much longer than the server's limit; 0 for no limit. */
  limitStatements(statementMs: number): void {
    this.#watchdog.patienceMs = statementMs === 0 ? 0 : statementMs + graceMs;
  }

  /**
   * Sends one statement for a key, in one packet with the others sent in this turn of the event loop, and returns its
   * rows. The server rejects a text with several statements.
   * @throws TypeError for a parameter or a text that cannot be sent, TOO_COMPLEX for too many parameters; nothing is
   * sent then.
   */
  async run(
    key: string,
    text: string,
    parameters: readonly unknown[] = [],
    form: RowForm = 'objects',
  ): Promise<Answer> {
    if (!this.#options.prepare) return this.runOnce(text, parameters, form);
    const encoded = this.#encode(text, parameters);
    const { statement, parsed } = this.#prepared.find(key, text, typesOf(encoded));
    if (!parsed) this.keys.prepare(key, statement.bytes);
    try {
      return await this.#send(statement, parsed, encoded, form);
    } catch (error) {
      if (!statement.columns || isPerhapsStale(error)) this.#prepared.forget(statement);
      throw error;
    }
  }

  /** Like `run`, but the statement is parsed each time: for DDL and for statements that are sent once. */
  async runOnce(text: string, parameters: readonly unknown[] = [], form: RowForm = 'objects'): Promise<Answer> {
    const encoded = this.#encode(text, parameters);
    return this.#send({ name: '', string: text, types: typesOf(encoded) }, false, encoded, form);
  }

  /**
   * Closes the least recently used statements until the others take at most `mostBytes`. The SQL is sent ahead of the
   * next session's packet, or alone if there is none. Call it only while nothing is running. Returns how many were
   * closed.
   */
  trimStatements(mostBytes: number): number {
    const trimmed = this.#prepared.trim(mostBytes);
    if (!trimmed) return 0;
    this.control(trimmed.sql).catch(() => this.destroy());
    return trimmed.closed;
  }

  /** Sends our own statements without parameters: BEGIN, SET, COMMIT and the like. */
  async control(text: string): Promise<Answer> {
    this.#check(text);
    return this.#track(this.#sql.unsafe(text, [], { simple: true } as never).execute());
  }

  /** Begins a COPY, for `readCopy` or `writeCopy`. Nothing else may be sent until it ends. */
  copy(text: string): CopyPeer {
    if (!this.#alive) throw databaseError('CONNECTION_LOST');
    this.#options.onStatement?.(text);
    return copyPeer(this.#sql, text, this);
  }

  /**
   * Cancels the running statement and ends the transaction. Afterwards the connection is either proven clean (every
   * cancel request is over, every statement was answered, and so was a ROLLBACK sent after that) or closed.
   */
  async settle(): Promise<void> {
    const timer = setTimeout(() => this.destroy(), settleMs);
    try {
      // The server ignores a cancel that arrives between two statements of a pipeline.
      while (this.#inFlight.count > 0) {
        await this.#cancel();
        await Promise.race([this.#inFlight.untilNone(), delay(recancelMs, undefined, { ref: false })]);
      }
      await this.control('rollback');
      // Behind a pooler, the end of a cancel request proves nothing.
      if (!this.#options.prepare) this.destroy();
    } catch {
      this.destroy();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection in an orderly way. */
  async close(): Promise<void> {
    const ended = this.#sql.end({ timeout: 1 });
    this.#end();
    await ended;
    this.#socket?.destroy();
  }

  /** Closes at once; outstanding statements fail. */
  destroy(): void {
    if (!this.#end()) return;
    this.#socket?.destroy();
    void this.#sql.end({ timeout: 0 }).catch(() => {});
  }

  #end(): boolean {
    if (!this.#alive) return false;
    this.#alive = false;
    this.#watchdog.stop();
    this.#options.onClose?.(this);
    return true;
  }

  async #connect(): Promise<Socket> {
    if (this.#socket || !this.#alive) throw databaseError('CONNECTION_LOST');
    const { address, ssl, host } = this.#server;
    const socket = await connectSocket(address, this.#options.connectMs, this.#options.lookup);
    if (!this.#alive) {
      socket.destroy();
      throw databaseError('CONNECTION_LOST');
    }
    this.#hold(socket);
    const ready = ssl ? await secureSocket(socket, ssl, host, AbortSignal.timeout(this.#options.connectMs)) : socket;
    if (ready !== socket) this.#hold(ready);
    boundAnswers(ready, mostAnswerBytes);
    return Object.assign(ready, { host });
  }

  /** Our listeners come before those of postgres.js: nothing may be sent once the connection has ended. */
  #hold(socket: Socket): void {
    for (const event of ['error', 'end', 'close']) socket.once(event, () => this.destroy());
    this.#socket = socket;
  }

  #send(
    statement: Statement,
    parsed: boolean,
    parameters: readonly EncodedParameter[],
    form: RowForm,
  ): Promise<Answer> {
    const typed = parameters.map(({ text, type }) => this.#sql.typed(text as never, type));
    const query = this.#sql.unsafe(statement.string, typed, { simple: false } as never);
    runStatement(query, statement, parsed);
    if (form === 'values') void query.values();
    else if (form === 'bytes') void query.raw();
    return this.#track(query.execute());
  }

  /** Reports the text to `onStatement`. Throws if nothing may be sent. */
  #check(text: string): void {
    if (!this.#alive) throw databaseError('CONNECTION_LOST');
    if (text.includes('\0')) throw new TypeError('A statement cannot hold a NUL');
    this.#options.onStatement?.(text);
  }

  #encode(text: string, parameters: readonly unknown[]): EncodedParameter[] {
    if (parameters.length > maxParameters) throw databaseError('TOO_COMPLEX');
    const encoded = parameters.map(encodeParameter);
    this.#check(text);
    return encoded;
  }

  async #track(query: PromiseLike<Answer>): Promise<Answer> {
    this.#inFlight.begin();
    this.#watch();
    try {
      return await query;
    } catch (error) {
      if (!isAnswer(error)) this.destroy();
      throw error;
    } finally {
      this.#inFlight.end();
      this.#watch();
    }
  }

  #watch(): void {
    if (this.#inFlight.count > 0 && this.#alive) this.#watchdog.restart();
  }

  #cancel(): Promise<void> {
    const { remoteAddress, remotePort } = this.#socket!;
    const { address: given, ssl, host } = this.#server;
    const address = remoteAddress && remotePort ? { host: remoteAddress, port: remotePort } : given;
    return requestCancel({ address, ssl, host, backend: this.#backend! }, settleMs);
  }
}
