import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  /** As it came: of chunks, with their sizes between. */
  body: Buffer;
}

const endOfHead = Buffer.from('\r\n\r\n');
const endOfChunks = Buffer.from('\r\n0\r\n\r\n');
const endOfNoChunks = Buffer.from('0\r\n\r\n');

/**
 * One open HTTP/1.1 connection to a contender, for one request at a time. It reads no more of an answer than where it
 * ends: Node's own client would take as much of the processor that all share as a fast contender does.
 */
export class Connection implements Disposable {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #received = 0;
  /** Bytes of the whole answer; undefined before its head is there, infinite where only its end tells. */
  #expected: number | undefined;
  #head = 0;
  #settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (piece) => this.#take(piece));
    this.#socket.on('error', (error) => this.#settle?.reject(error));
    this.#socket.on('close', () => this.#settle?.reject(new Error('The connection was closed')));
  }

  /** Sends the bytes of a whole request. Rejects when the connection ends before the answer does. */
  exchange(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  [Symbol.dispose](): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#received += piece.length;
    if (this.#expected === undefined) this.#readHead();
    if (this.#expected === undefined || (this.#received < this.#expected && !this.#ended(piece))) return;
    const whole = this.#whole();
    const settle = this.#settle;
    const answer = { status: Number(whole.toString('latin1', 9, 12)), body: whole.subarray(this.#head) };
    this.#pieces = [];
    this.#received = 0;
    this.#expected = undefined;
    settle?.resolve(answer);
  }

  #readHead(): void {
    const whole = this.#whole();
    const end = whole.indexOf(endOfHead);
    if (end < 0) return;
    this.#head = end + endOfHead.length;
    const length = /\r\ncontent-length: *(\d+)/i.exec(whole.toString('latin1', 0, end));
    this.#expected = length ? this.#head + Number(length[1]) : Number.POSITIVE_INFINITY;
  }

  #ended(last: Buffer): boolean {
    if (this.#expected !== Number.POSITIVE_INFINITY) return false;
    const tail = last.length >= endOfChunks.length ? last : this.#whole();
    if (this.#received === this.#head + endOfNoChunks.length)
      return tail.subarray(-endOfNoChunks.length).equals(endOfNoChunks);
    return tail.subarray(-endOfChunks.length).equals(endOfChunks);
  }

  #whole(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }
}
