/** The state of a pool now, and counts since its start. */
export interface SlotPoolStats {
  size: number;
  idle: number;
  /** Held by sessions. */
  busy: number;
  /** Being cleaned after a cancel. */
  quarantined: number;
  opening: number;
  /** Sessions waiting for a slot. */
  waiting: number;
  /** Since the start: connections opened, lost or given up, and replaced because of age or memory. */
  opened: number;
  discarded: number;
  recycled: number;
  /** Sessions that got a slot which knew their key, and sessions that did not. */
  hits: number;
  misses: number;
  /** Prepared statements open on the connections now, and their estimated memory on the server. */
  prepared: number;
  preparedBytes: number;
  /** Since the start: statements closed to make room or because they failed. */
  closed: number;
  /** Keys that the connections know now, each counted once per connection. */
  keys: number;
  /** Estimated memory of the backends of all connections. */
  memoryBytes: number;
}
