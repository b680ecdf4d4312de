import type { AdminTx } from '../../db/admin.ts';
import type { Installation } from '../../tenancy/installation.ts';
import type { SchemaRow } from './catalog-facts.ts';

/** What the checks of one database work with. */
export interface DatabaseVisit {
  name: string;
  admin: Pick<AdminTx, 'run'>;
  installation: Installation;
  /** What the catalog says is in this database. */
  schemas: readonly SchemaRow[];
  /** Slugs of the organizations that it serves, by their schemas. */
  slugs: ReadonlyMap<string, string>;
  /** Roles of tenants, wherever they live: databases of one server share their roles. */
  knownRoles: ReadonlySet<string>;
  /** Logins that the program serves with, in any of its databases. */
  logins: ReadonlySet<string>;
  /** Connections that one server process may open to it. */
  connections: { tenants: number; others: number };
  /** What the server's side of one of them may take before it is replaced. */
  slotBytes: number;
  capacity: number;
}
