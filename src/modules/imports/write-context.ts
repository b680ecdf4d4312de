import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { Changes } from './changes.ts';
import type { Survey } from './survey.ts';

/** The state shared by all writers of a batch. */
export interface WriteContext {
  tx: TenantTx;
  /** The source of the written rows: `import:<name>`. */
  source: string;
  changes: Changes;
  known: KnownRows;
  /** The result of the first reading of the files. */
  survey: Survey;
  /** The sender of an import over HTTP; undefined at the command line. */
  viewer?: Viewer | undefined;
}

export interface KnownProject {
  id: string;
  startDate: string;
}

/** Objects that many rows refer to, by reference. Each is looked up or created once per run. */
export class KnownRows {
  readonly people = new Map<string, string>();
  readonly clients = new Map<string, string>();
  readonly projects = new Map<string, KnownProject>();
  readonly channels = new Map<string, string>();
  readonly milestones = new Map<string, string>();

  /** Call it after a rollback, because some of these objects may not exist any more. */
  forget(): void {
    for (const map of [this.people, this.clients, this.projects, this.channels, this.milestones]) map.clear();
  }
}
