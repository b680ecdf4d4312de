import type { MigrateOptions } from '../../db/migrator.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import type { RunStep } from '../patience.ts';
import type { SurveyedPlace, UnreachableDatabase } from '../survey.ts';
import type { HeldContractions, HeldReport } from './held-contractions.ts';

export interface FleetOptions extends MigrateOptions {
  /** Slug or schema name: migrates this tenant only. */
  only?: string | undefined;
  /** Slugs or schema names to migrate first, one after the other; if one fails, no other is migrated. */
  canaries?: readonly string[] | undefined;
  /** How many schemas to migrate at once in each database. */
  parallel?: number | undefined;
  /** Only reports what would be done. */
  dryRun?: boolean | undefined;
  /** How long the run waits for a running move; milliseconds. */
  moveWaitMs?: number | undefined;
  /** How long the run waits for the primary database after an outage; milliseconds. */
  outageMs?: number | undefined;
  /** Stops the run between tenants. */
  signal?: AbortSignal | undefined;
  /** Called after each schema that was not current. */
  onProgress?: ((result: SchemaResult, progress: FleetProgress) => void) | undefined;
}

export interface FleetProgress {
  done: number;
  /** How many schemas are not current. */
  total: number;
}

export interface SchemaResult {
  schemaName: string;
  slug: string | undefined;
  /** The name of the database. */
  database: string;
  /** `line/name` of each applied migration; in a dry run, of each pending one. */
  migrations: string[];
  /** Duration in milliseconds, including waits for locks. */
  ms: number;
  error?: unknown;
}

export interface FleetReport {
  /** Migrations of the databases and the catalog. */
  shared: string[];
  migrated: SchemaResult[];
  failed: SchemaResult[];
  /** How many schemas were current before. */
  current: number;
  /** How many schemas were not begun, because the signal stopped the run or a canary failed. */
  left: number;
  /** Databases that did not answer; their schemas were left as they are. */
  away: UnreachableDatabase[];
  /** Contractions that wait until the servers of older builds have stopped. */
  held: HeldReport;
  /** Why the run stopped before its end, such as a primary database that did not come back. */
  stoppedBy?: unknown;
}

/** The state that the steps of one run share. */
export interface MigrationRun {
  fleet: Fleet;
  admins: FleetAdmins;
  options: FleetOptions;
  /** Filled by the steps. */
  report: Omit<FleetReport, 'held'>;
  held: HeldContractions;
  /** Ids of databases that stopped answering during the run. */
  away: Set<string>;
  runStep: RunStep;
}

export const isCalled = ({ schemaName, organization }: SurveyedPlace, name: string): boolean =>
  schemaName === name || organization?.slug === name;

export const migrationName = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
