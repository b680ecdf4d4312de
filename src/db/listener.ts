import { type Logger, silentLogger } from '../lib/logger.ts';
import { quoteIdentifier } from './identifier.ts';
import { Slot } from './slot.ts';

export interface ListenerOptions {
  /** A direct connection: a pooler in transaction mode forgets LISTEN. */
  url: string;
  /** Other passwords of the login, tried in turn if the server refuses the password in the URL. */
  otherPasswords?: readonly string[] | undefined;
  channel: string;
  logger?: Logger;
  /** How often to check that the server still answers; milliseconds. */
  heartbeatMs?: number;
}

/** A message on the channel. It carries ids only: Postgres limits payloads to 8000 bytes. */
export interface Notification {
  topic: string;
  [field: string]: unknown;
}

export type Handler = (notification: Notification) => void;
export type StateHandler = (up: boolean) => void;

const firstPauseMs = 50;
const longestPauseMs = 5_000;
const connectMs = 5_000;

/**
 * Receives notifications from other processes, on one connection and one channel for the whole program. Notifications
 * are not stored: a cache that depends on them must drop everything when the state changes, and cache nothing while the
 * listener is down.
 */
export class Listener implements AsyncDisposable {
  #options: ListenerOptions;
  #logger: Logger;
  #handlers = new Map<string, Set<Handler>>();
  #stateHandlers = new Set<StateHandler>();
  #slot: Slot | undefined;
  #up = false;
  #disposed = false;
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | undefined;
  #connecting: Promise<void>;

  /** Starts to connect, and reconnects whenever the connection is lost. */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#connecting = this.#connect();
  }

  /** Whether notifications sent now arrive here. */
  get up(): boolean {
    return this.#up;
  }

  /** Calls the handler for every notification of the topic; returns a function that removes the handler. */
  on(topic: string, handler: Handler): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set();
    this.#handlers.set(topic, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  /** Sends to every listener on the channel, this one included. It is lost while the connection is down. */
  async notify(notification: Notification): Promise<void> {
    const parameters = [this.#options.channel, JSON.stringify(notification)];
    await this.#slot?.runOnce('select pg_notify($1, $2)', parameters).catch(() => {});
  }

  /** Calls the handler after `up` has changed; returns a function that removes the handler. */
  onStateChange(handler: StateHandler): () => void {
    this.#stateHandlers.add(handler);
    return () => void this.#stateHandlers.delete(handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.#connecting;
    await this.#slot?.close();
  }

  async #connect(): Promise<void> {
    const { url, otherPasswords, channel } = this.#options;
    try {
      const slot = await Slot.open({
        url,
        otherPasswords,
        prepare: false,
        applicationName: 'chantier notifications',
        connectMs,
        onNotify: (_channel, payload) => this.#receive(payload),
        onClose: (closed) => this.#lost(closed),
      });
      this.#slot = slot;
      // The server answers a heartbeat at once: the grace period is all that it needs
      slot.limitStatements(1);
      await slot.control(`listen ${quoteIdentifier(channel)}`);
      this.#pauseMs = firstPauseMs;
      this.#change(slot.alive);
      this.#beat();
    } catch (error) {
      this.#logger.warn({ err: error }, 'cannot listen to the database');
      this.#slot?.destroy();
      this.#reconnectLater();
    }
  }

  #lost(slot: Slot): void {
    if (slot !== this.#slot) return;
    this.#slot = undefined;
    const wasUp = this.#up;
    this.#change(false);
    if (wasUp) this.#reconnectLater();
  }

  #reconnectLater(): void {
    if (this.#disposed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#connecting = this.#connect();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  /** Detects a server that vanished without closing the connection, by a missing answer. */
  #beat(): void {
    clearTimeout(this.#timer);
    if (!this.#up || this.#disposed) return;
    this.#timer = setTimeout(() => {
      this.#slot?.control('select 1').then(
        () => this.#beat(),
        () => {},
      );
    }, this.#options.heartbeatMs ?? 10_000);
  }

  #change(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    if (!up && !this.#disposed) this.#logger.warn('the connection that listens to the database was lost');
    for (const handler of this.#stateHandlers) this.#guarded(() => handler(up));
  }

  #receive(payload: string): void {
    const notification = parse(payload);
    if (!notification) {
      this.#logger.warn({ payload }, 'ignored a notification in an unknown format');
      return;
    }
    for (const handler of this.#handlers.get(notification.topic) ?? []) this.#guarded(() => handler(notification));
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#logger.error({ err: error }, 'a notification handler failed');
    }
  }
}

function parse(payload: string): Notification | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    return isNotification(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isNotification = (value: unknown): value is Notification =>
  typeof value === 'object' && value !== null && 'topic' in value && typeof value.topic === 'string';
