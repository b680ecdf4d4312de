import type { BenchTenant, Dataset } from '../data/dataset.ts';
import type { Operation, Variables } from '../operations/operation.ts';

export type ContenderName = 'S' | 'B' | 'L' | 'P';

/** A request, ready to be sent. */
export interface Request {
  /** POST unless it says so. */
  method?: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Whom the benchmark measures, or measures against: how to start it, and how to ask it. */
export interface Contender {
  name: ContenderName;
  title: string;
  /** The copy of the data that it serves, where it has one of its own. */
  dataset?: Dataset;
  /** What Node runs. */
  program: string[];
  environment(databaseUrl: string, port: number): Record<string, string>;
  /** A path that answers once it serves. */
  readyPath: string;
  request(operation: Operation, tenant: BenchTenant, variables: Variables): Request;
  /** The common shape of what it answered. */
  answer(operation: Operation, data: unknown): unknown;
}

export const jsonRequest = (path: string, { token }: BenchTenant, body: unknown): Request => ({
  path,
  headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
  body: JSON.stringify(body),
});
