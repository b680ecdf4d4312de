// JavaScript, because the type checker does not find the packages of this folder where nobody measures.
import { connect } from 'node:net';
import sasl from 'pg/lib/crypto/sasl';
import { parse, serialize } from 'pg-protocol';

/**
 * A thin client over the protocol package of `pg`: a queue of statements, written in one packet for each turn of the
 * event loop. A pipeline has one Sync for each statement, as with the others.
 */
class Client {
  #socket;
  #queue = [];
  #parsed = new Set();
  #unsent = [];
  #ready = Promise.withResolvers();
  #session;

  constructor({ hostname, port, username, password, pathname }) {
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.once('error', (error) => this.#ready.reject(error));
    this.#socket.once('connect', () =>
      this.#socket.write(serialize.startup({ user: decodeURIComponent(username), database: pathname.slice(1) })),
    );
    parse(this.#socket, (message) => this.#receive(message, decodeURIComponent(password)));
  }

  get ready() {
    return this.#ready.promise;
  }

  control(text) {
    return this.#send([serialize.query(text)]);
  }

  query(name, text, values) {
    const messages = [];
    if (!this.#parsed.has(name)) messages.push(serialize.parse({ name, text, types: [] }));
    this.#parsed.add(name);
    messages.push(serialize.bind({ statement: name, values }), serialize.execute({}), serialize.sync());
    return this.#send(messages);
  }

  async close() {
    this.#socket.end(serialize.end());
  }

  #send(messages) {
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#queue.push({ rows: 0, error: undefined, resolve, reject });
    if (this.#unsent.length === 0) setImmediate(() => this.#flush());
    this.#unsent.push(...messages);
    return promise;
  }

  #flush() {
    this.#socket.write(Buffer.concat(this.#unsent.splice(0)));
  }

  async #receive(message, password) {
    const current = this.#queue[0];
    switch (message.name) {
      case 'dataRow':
        current.rows++;
        break;
      case 'readyForQuery':
        if (!current) return this.#ready.resolve();
        this.#queue.shift();
        return current.error ? current.reject(current.error) : current.resolve(current.rows);
      case 'error':
        if (current) current.error = message;
        else this.#ready.reject(message);
        break;
      case 'authenticationSASL':
        this.#session = sasl.startSession(message.mechanisms);
        this.#socket.write(serialize.sendSASLInitialResponseMessage(this.#session.mechanism, this.#session.response));
        break;
      case 'authenticationSASLContinue':
        await sasl.continueSession(this.#session, password, message.data);
        this.#socket.write(serialize.sendSCRAMClientFinalMessage(this.#session.response));
        break;
      case 'authenticationSASLFinal':
        sasl.finalizeSession(this.#session, message.data);
        break;
    }
  }
}

export const driver = {
  name: 'thin client, pg-protocol 1.16.1',
  async open(url) {
    const client = new Client(new URL(url));
    await client.ready;
    return client;
  },
};
