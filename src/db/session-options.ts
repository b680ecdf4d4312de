export interface SessionOptions {
  /** Cancels the session's statements. */
  signal?: AbortSignal | undefined;
  /** Called when the session gets its slot; returns a function that is called when the session gives the slot back. */
  onHold?: (() => () => void) | undefined;
}
