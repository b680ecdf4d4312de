import type { AdminTx } from '../../db/admin.ts';
import type { Installation } from '../../tenancy/installation.ts';
import type { SchemaRow } from './catalog-facts.ts';

/** The input of the checks of one database. */
export interface DatabaseVisit {
  name: string;
  admin: Pick<AdminTx, 'run'>;
  installation: Installation;
  /** The schemas that this database should have, by the catalog. */
  schemas: readonly SchemaRow[];
  /** Slugs of the organizations served here, by schema. */
  slugs: ReadonlyMap<string, string>;
  /** The roles of all tenants, because the databases of one server share roles. */
  knownRoles: ReadonlySet<string>;
  /** The logins of the program in all of its databases. */
  logins: ReadonlySet<string>;
  /** Connections that one server process may open to this database. */
  connections: { tenants: number; others: number };
  /** Backend memory at which a connection is replaced. */
  slotBytes: number;
  capacity: number;
}
