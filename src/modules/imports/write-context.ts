import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import type { Changes } from './changes.ts';
import type { Survey } from './survey.ts';

/** What the parts of a batch share while it is written. */
export interface WriteContext {
  tx: TenantTx;
  /** What marks the rows: `import:<name>`. */
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

/** Rows that many rows of the file mean, by reference: looked up or made once in a run. */
export class KnownRows {
  readonly people = new Map<string, string>();
  readonly clients = new Map<string, string>();
  readonly projects = new Map<string, KnownProject>();
  readonly channels = new Map<string, string>();
  readonly milestones = new Map<string, string>();

  /** After a rollback nobody knows which of them are there. */
  forget(): void {
    for (const map of [this.people, this.clients, this.projects, this.channels, this.milestones]) map.clear();
  }
}
