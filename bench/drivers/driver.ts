/** One connection by the driver under measurement. */
export interface MeasuredConnection {
  /** Sends a text without parameters. */
  control(text: string): PromiseLike<unknown>;
  /** Runs a statement under its name, which the driver prepares at first use. Resolves with the number of rows. */
  query(name: string, text: string, parameters: readonly string[]): PromiseLike<number>;
  close(): Promise<void>;
}

export interface MeasuredDriver {
  name: string;
  open(url: string): Promise<MeasuredConnection>;
}
