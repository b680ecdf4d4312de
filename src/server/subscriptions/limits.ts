/** Bounds on the subscriptions of one process. */
export interface SubscriptionLimits {
  /** Bytes that may wait for the client of a WebSocket before it is cut off. */
  bufferedBytes: number;
  /** How long a client may take to read a frame; milliseconds. */
  frameMs: number;
  /** How often WebSockets are checked: a client that does not answer until the next check is gone; milliseconds. */
  keepAliveMs: number;
  /** How long a client that was cut off can read why, before its connection is closed; milliseconds. */
  lingerMs: number;
  /** Handshakes that run at once, and those that may wait; further ones are refused. */
  handshakes: number;
  waitingHandshakes: number;
  /** When the server stops, it ends the connections one by one during this time; milliseconds. */
  restartSpreadMs: number;
}

export const defaultSubscriptionLimits: SubscriptionLimits = {
  bufferedBytes: 16 * 1024 * 1024,
  frameMs: 30_000,
  keepAliveMs: 15_000,
  lingerMs: 5_000,
  handshakes: 16,
  waitingHandshakes: 20_000,
  restartSpreadMs: 1_000,
};

/** The most subscriptions of one process, and of one member in it. */
export const mostSubscriptions = { process: 20_000, member: 20 } as const;
