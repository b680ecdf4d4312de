import type { GraphQLSchema } from 'graphql';
import type { Identity } from '../identity/identity.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';
import type { LiveMarks } from '../tenancy/live-marks.ts';

/** The services that the graph uses besides the tenant's database. */
export interface Services {
  readonly identity: Identity;
  readonly directory: TenantDirectory;
  /** For registering documents. */
  readonly documents: {
    readonly schema: GraphQLSchema;
    /** Schedules the validation of documents, which blocks the event loop. */
    readonly turns: { take(caller: string): Promise<void> };
  };
  /** Who is online, and who is typing. */
  readonly liveMarks: LiveMarks;
  /** How far back a timer may start. */
  readonly timerStartsBackMs: number;
}
