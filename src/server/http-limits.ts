/** What one client may take of the HTTP server before a request is even read. */
export interface HttpLimits {
  /** Time until the headers of a request have arrived. */
  headersMs: number;
  /** Time until a body has arrived; and how long a transfer may be slower than the minimum rate at first. */
  bodyMs: number;
  /** Minimum rate of bodies that are streamed, and of answers. */
  bytesPerSecond: number;
  /** Open connections of all clients. */
  connections: number;
  /** Open connections of one IPv4 address or IPv6 network; undefined behind a proxy, whose connections they are. */
  connectionsPerAddress: number | undefined;
}
