import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { Changes } from './changes.ts';
import type { Survey } from './survey.ts';

/** The state shared by the parts of a batch while it is written. */
export interface WriteContext {
  tx: TenantTx;
  /** The source that marks the rows: `import:<name>`. */
  source: string;
  changes: Changes;
  known: KnownRows;
  /** What all rows of the files say together. */
  survey: Survey;
  /** Who imports over HTTP; nobody at the command line. */
  viewer?: Viewer | undefined;
}

export interface KnownProject {
  id: string;
  startDate: string;
}

/** Rows that many rows of the file refer to, by reference: looked up or created once per run. */
export class KnownRows {
  readonly people = new Map<string, string>();
  readonly clients = new Map<string, string>();
  readonly projects = new Map<string, KnownProject>();
  readonly channels = new Map<string, string>();
  readonly milestones = new Map<string, string>();

  /** After a rollback it is unknown which of them exist. */
  forget(): void {
    for (const map of [this.people, this.clients, this.projects, this.channels, this.milestones]) map.clear();
  }
}
