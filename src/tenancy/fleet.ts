import { Admins } from './admins.ts';
import type { Catalog } from './catalog.ts';
import type { Installation } from './installation.ts';
import type { MigrationLines } from './modules.ts';

/** What work on the tenants of an installation needs: the administrator's way in, the catalog, this build's migrations. */
export interface Fleet {
  installation: Installation;
  catalog: Catalog;
  lines: MigrationLines;
  /** Sees every statement of the administrator's connections. */
  onStatement?: ((text: string) => void) | undefined;
}

export const adminsOf = (fleet: Fleet): Admins => new Admins(fleet.installation.adminUrl, fleet.onStatement);
