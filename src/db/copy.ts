import { Readable, Writable } from 'node:stream';
import type { Sql } from 'postgres';

/** One COPY that was begun: its stream of data, and how it ended. */
interface Copy<Data> {
  data: Data;
  /** When the server has said that all is done; fails with what it said instead, or with the loss of the connection. */
  done: Promise<void>;
}

/** What postgres.js calls on a statement; resolved first with the stream of a COPY, then with its result. */
interface Statement {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
  execute(): void;
}

/**
 * Begins a COPY. postgres.js itself loses what comes after the last piece of data: an error of a COPY FROM then (a broken
 * reference, say), or the end of the connection, would leave its stream waiting for ever, or let the next statement
 * report success. So its outcome is heard here, where the statement's own is told.
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
      // Its errors are told by the outcome
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

/** A connection that can carry a COPY, and that is closed when one did not come to its end. */
export interface CopyPeer {
  begin<Data>(): Promise<Copy<Data>>;
  /** False once its connection is known to be lost. */
  readonly alive: boolean;
  destroy(): void;
}

/** A COPY on a client's connection, whose life is that of its owner. */
export const copyPeer = (sql: Sql, text: string, owner: Pick<CopyPeer, 'alive' | 'destroy'>): CopyPeer => ({
  begin: () => begin(sql, text),
  get alive() {
    return owner.alive;
  },
  destroy: () => owner.destroy(),
});

/** The data of a COPY TO STDOUT, as fast as it is read. Whoever stops reading closes the connection. */
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
          // postgres.js stops its socket whenever more comes than is wanted yet, and lets it go on when its stream is
          // read. When the end came right behind, nobody reads it any more, and every later answer would be left unread.
          if (peer.alive) copy.data._read(0);
          copy.done.then(finish, fail);
        });
        ready();
      }, ready);
    },
    read() {
      // Many rows at once: postgres.js gives them one by one
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
 * Takes the data of a COPY FROM STDIN, as fast as the server does; finished when the server has accepted all of it. Whoever
 * gives up before closes the connection, and nothing was written.
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
