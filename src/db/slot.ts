import type { LookupFunction, Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { AnswerWatchdog } from './answer-watchdog.ts';
import { freshBytes } from './backend-memory.ts';
import { BackendMemoryEstimate } from './backend-memory-estimate.ts';
import { boundAnswers, mostAnswerBytes } from './bounded-answers.ts';
import { requestCancel } from './cancel-request.ts';
import { type EncodedParameter, encodeParameter } from './driver/codecs.ts';
import type { Answer, Backend, Connection, RowForm, Statement } from './driver/connection.ts';
import { PostgresJsConnection } from './driver/postgres-js.ts';
import { InFlight } from './in-flight.ts';
import { openServer, type Server, type ServerState } from './open-server.ts';
import { databaseError, isAnswer, isPerhapsStale } from './pg-errors.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { connectSocket, secureSocket } from './socket.ts';

export interface SlotOptions {
  url: string;
  /** Further passwords of the login, tried in turn when the server refuses that of the URL. */
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

const typesOf = (parameters: readonly EncodedParameter[]): number[] => parameters.map(({ type }) => type);
const maxParameters = 65_533;
/** How much longer than the server's own limit an answer may take before the connection counts as lost. */
const graceMs = 5_000;
const defaultPatienceMs = 60_000;
const settleMs = 2_000;
const recancelMs = 100;

/**
 * One connection to the database; when the connection ends, the slot has ended. It prepares and closes statements,
 * bounds the wait for answers, and cancels.
 */
export class Slot {
  readonly openedAt = performance.now();
  /** The keys that it has served. */
  readonly keys = new BackendMemoryEstimate();
  readonly #prepared = new PreparedStatements();
  #options: SlotOptions;
  readonly #connection: Connection;
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
    this.#connection = new PostgresJsConnection({
      ...server,
      // The text of times must not depend on the server's configuration
      parameters: {
        application_name: options.applicationName,
        TimeZone: 'UTC',
        DateStyle: 'ISO',
        ...server.settings,
        ...options.settings,
      },
      prepare: options.prepare,
      connectMs: options.connectMs,
      socket: () => this.#connect(),
      onNotify: options.onNotify,
      onClose: () => this.destroy(),
    });
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
      slot.#backend = slot.#connection.backendOf(answer);
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
    return this.#track(this.#connection.control(text));
  }

  /** The data of a COPY TO STDOUT. Nothing else may be sent until it ends; if the reader stops early, the slot ends. */
  copyOut(text: string): Readable {
    this.#checkAlive();
    this.#options.onStatement?.(text);
    return this.#connection.copyOut(text, this);
  }

  /** Accepts the data of a COPY FROM STDIN, in the same way; `finish` means that the server has accepted all of it. */
  copyIn(text: string): Writable {
    this.#checkAlive();
    this.#options.onStatement?.(text);
    return this.#connection.copyIn(text, this);
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
    const ended = this.#connection.close();
    this.#end();
    await ended;
    this.#socket?.destroy();
  }

  /** Closes at once; outstanding statements fail. */
  destroy(): void {
    if (!this.#end()) return;
    this.#socket?.destroy();
    this.#connection.destroy();
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

  /** Our listeners come before those of the driver: nothing may be sent once the connection has ended. */
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
    return this.#track(this.#connection.run(statement, parsed, parameters, form));
  }

  /** Reports the text to `onStatement`. Throws if nothing may be sent. */
  #check(text: string): void {
    this.#checkAlive();
    if (text.includes('\0')) throw new TypeError('A statement cannot hold a NUL');
    this.#options.onStatement?.(text);
  }

  #checkAlive(): void {
    if (!this.#alive) throw databaseError('CONNECTION_LOST');
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
