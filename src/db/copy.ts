import { Readable, Writable } from 'node:stream';
import type { Sql } from 'postgres';

/** A COPY that has begun: its stream of data, and its outcome. */
interface Copy<Data> {
  data: Data;
  /** Resolves when the server reports completion; rejects with the server's error or the loss of the connection. */
  done: Promise<void>;
}

/**
 * The methods that postgres.js calls on a statement. It calls `resolve` first with the stream of a COPY, then with its
 * result.
 */
interface Statement {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
  execute(): void;
}

/**
 * Begins a COPY. postgres.js drops everything that arrives after the last piece of data: an error of COPY FROM (a
 * broken reference, say) or the end of the connection would leave the stream waiting forever, or let the next statement
 * report success. So the outcome is observed here, through the statement's own callbacks.
 */
function begin<Data>(sql: Sql, text: string): Promise<Copy<Data>> {
  const done = Promise.withResolvers<void>();
  done.promise.catch(() => {});
  return new Promise((resolve, reject) => {
    const query = sql.unsafe(text, [], { simple: true } as never) as unknown as Statement;
    let begun = false;
    query.resolve = (answer) => {
      if (begun) return done.resolve();
      begun = true;
      // `done` reports its errors
      (answer as Readable | Writable).on('error', () => {});
      resolve({ data: answer as Data, done: done.promise });
    };
    query.reject = (error) => {
      reject(error);
      done.reject(error);
    };
    query.execute();
  });
}

/** A connection that can run a COPY, and that is closed if the COPY does not complete. */
export interface CopyPeer {
  begin<Data>(): Promise<Copy<Data>>;
  /** False once its connection is known to be lost. */
  readonly alive: boolean;
  destroy(): void;
}

/** A COPY on a client's connection; `owner` controls whether that connection lives. */
export const copyPeer = (sql: Sql, text: string, owner: Pick<CopyPeer, 'alive' | 'destroy'>): CopyPeer => ({
  begin: () => begin(sql, text),
  get alive() {
    return owner.alive;
  },
  destroy: () => owner.destroy(),
});

/** The data of a COPY TO STDOUT, read at the caller's pace. If the reader stops early, the connection is closed. */
export function readCopy(peer: CopyPeer): Readable {
  let copy: Copy<Readable>;
  let whole = false;
  return new Readable({
    construct(ready) {
      const fail = (error: Error) => this.destroy(error);
      peer.begin<Readable>().then((begun) => {
        copy = begun;
        copy.done.catch(fail);
        const finish = () => {
          whole = true;
          this.push(null);
        };
        copy.data.once('end', () => {
          // postgres.js pauses its socket while the stream is full, and resumes it when the stream is read. If the data
          // ends while the socket is paused, nothing reads the stream again: without this, later answers never arrive.
          if (peer.alive) copy.data._read(0);
          copy.done.then(finish, fail);
        });
        ready();
      }, ready);
    },
    read() {
      // Returns many rows at once: postgres.js emits them one by one
      const piece = copy.data.read();
      if (piece === null) copy.data.once('readable', () => this._read(0));
      else this.push(piece);
    },
    destroy(error, closed) {
      if (!whole) peer.destroy();
      closed(error);
    },
  });
}

/**
 * Accepts the data of a COPY FROM STDIN at the server's pace; `finish` means that the server has accepted all of it. If
 * the writer gives up earlier, the connection is closed and nothing was written.
 */
export function writeCopy(peer: CopyPeer): Writable {
  let copy: Copy<Writable>;
  let whole = false;
  return new Writable({
    construct(ready) {
      peer.begin<Writable>().then((begun) => {
        copy = begun;
        copy.done.catch((error: Error) => this.destroy(error));
        ready();
      }, ready);
    },
    write(chunk: Buffer, _encoding, written) {
      copy.data.write(chunk, (error) => (error ? copy.done.then(() => written(error), written) : written()));
    },
    final(finished) {
      copy.data.end();
      copy.done.then(() => {
        whole = true;
        finished();
      }, finished);
    },
    destroy(error, closed) {
      if (!whole) peer.destroy();
      closed(error);
    },
  });
}
