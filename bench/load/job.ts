import type { Request } from '../contenders/contender.ts';

/** What the load generator is to do: these requests over and over, until the time is up or enough were sent. */
export interface Job {
  port: number;
  requests: Request[];
  concurrency: number;
  seconds: number;
  requestsAtMost: number;
  /** Whether refusals are answers too, and an ended connection only one to open again. */
  takesRefusals?: boolean;
}

export interface Load {
  /** Milliseconds from sending to the last byte, of each request. */
  latencies: Float64Array;
  /** From the first request to the last answer. */
  seconds: number;
  /** How many answers were none, and one of them. */
  failures: number;
  failure: string | undefined;
  /** How often what was refused, by status and error code; of a job that takes refusals. */
  refusals: Map<string, number>;
}
