import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { EncodedParameter } from './codecs.ts';

/** One row: its values by column name, or by index, as `RowForm` says. */
export interface Row {
  [column: string]: unknown;
}

/** The rows of a statement, and what the server said it did, such as `COMMIT`. */
export interface Answer extends Array<Row> {
  readonly command: string;
}

/** The form of rows: objects, arrays of values, or arrays of undecoded bytes. */
export type RowForm = 'objects' | 'values' | 'bytes';

/** A statement for the extended protocol. */
export interface Statement {
  /** Its name on the server; empty for the unnamed statement, which the next one replaces. */
  readonly name: string;
  readonly string: string;
  /** Oids of the parameters; 0 lets the server decide. */
  readonly types: number[];
  /** The columns of its rows, set by the driver once the server has parsed the statement. */
  readonly columns?: readonly object[];
}

/** The key that the server issued for cancelling the statements of a connection. */
export interface Backend {
  pid: number;
  secret: number;
}

export interface ConnectionOptions {
  /** The server's name and port, for messages: `socket` decides where the connection leads. */
  host: string;
  port: number;
  /** Empty for the name of the system account. */
  user: string;
  password: string;
  database: string;
  /** Server parameters that hold for the whole connection. */
  parameters: Readonly<Record<string, string>>;
  /** Whether statements may have names. */
  prepare: boolean;
  /** Returns the connection's only socket, which uses TLS already if it has to. Called once, by the first statement. */
  socket(): Promise<Socket>;
  /** Time limit for connecting and signing in; milliseconds. */
  connectMs: number;
  onNotify?: ((channel: string, payload: string) => void) | undefined;
  /** Called when the connection has ended. */
  onClose(): void;
}

/** The owner of a connection, who decides whether it is still used. */
export interface Owner {
  readonly alive: boolean;
  destroy(): void;
}

/**
 * One connection to a server, as a driver must provide it; `test/db/driver-contract.ts` tests a driver. It connects
 * with its first statement, and never a second time. Statements of the same turn of the event loop travel in one
 * packet, and are answered in order. A statement that the server refuses rejects with a `ServerError`, and those behind
 * it still run; any other error means that the connection has ended. The owner calls `destroy` when its socket ends.
 */
export interface Connection {
  /** Sends a text without parameters by the simple protocol; it may hold several statements. */
  control(text: string): PromiseLike<Answer>;
  /** Sends one statement by the extended protocol, parsing it first unless the server has it already. */
  run(
    statement: Statement,
    parsed: boolean,
    parameters: readonly EncodedParameter[],
    form: RowForm,
  ): PromiseLike<Answer>;
  /** The data of a COPY TO STDOUT. If the reader stops early, the owner is destroyed. */
  copyOut(text: string, owner: Owner): Readable;
  /** Accepts the data of a COPY FROM STDIN; `finish` means that the server has accepted all of it. */
  copyIn(text: string, owner: Owner): Writable;
  /** The process of the server that gave an answer. */
  backendOf(answer: Answer): Backend;
  /** Waits for outstanding answers, for a second at most, then ends the connection. */
  close(): Promise<void>;
  /** Ends at once; outstanding statements are rejected. The owner destroys the socket. */
  destroy(): void;
}
