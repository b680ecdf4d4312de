/** Limits on connections and transfers, which apply before a request is read. */
export interface HttpLimits {
  /** Time until the headers of a request have arrived. */
  headersMs: number;
  /** Time until a body has arrived; for streams and answers, the time before the minimum rate applies. */
  bodyMs: number;
  /** Minimum rate of streamed bodies and of answers. */
  bytesPerSecond: number;
  /** Open connections of all clients. */
  connections: number;
  /** Open connections of one IPv4 address or IPv6 network; undefined behind a proxy, which owns all connections. */
  connectionsPerAddress: number | undefined;
}
