export interface SessionOptions {
  /** Cancels the session's statements. */
  signal?: AbortSignal | undefined;
  /** Called when the session gets its slot; returns a function to call when it gives it back. */
  onHold?: (() => () => void) | undefined;
}
