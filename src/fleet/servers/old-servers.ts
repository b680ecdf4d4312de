import type { AdminTx } from '../../db/admin.ts';
import { isContraction } from '../../db/migration-ledger.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { FleetAdmins } from '../fleet.ts';
import type { MigrationLines } from '../schemas/migration-lines.ts';

/** A running server whose build does not know a contraction: it still uses what the contraction takes away. */
export interface OldServer {
  /** For people: its version, host and process. */
  name: string;
  /** The contractions that it knows: `line/name`. */
  contractions: ReadonlySet<string>;
}

/** A server renews its row four times as often. */
const livingSeconds = 60;

/**
 * Builds before servers had rows called their connection for notifications so; commands of those builds have one too.
 */
const unregistered = 'chantier listener';

export const contractionsOf = (lines: MigrationLines): string[] =>
  [...lines.database, ...lines.catalog, ...lines.everything()].filter(isContraction).map(keyOf);

/** The servers that run now, of whatever build, and commands of builds before servers had rows. */
export function livingServers(admins: FleetAdmins): Promise<OldServer[]> {
  return admins
    .of(primaryDatabaseId)
    .use((admin, { roles }) =>
      admin.transaction(async (tx) => [...(await registered(tx, roles.catalogOwner)), ...(await withoutRow(tx))]),
    );
}

interface Row {
  version: string;
  host: string;
  pid: number;
  contractions: string[];
}

async function registered(tx: AdminTx, role: string): Promise<OldServer[]> {
  const [found] = await tx.run<{ there: boolean }>(`select to_regclass('catalog.servers') is not null as there`);
  if (!found?.there) return [];
  await tx.run(`select set_config('role', $1, true)`, [role]);
  const rows = await tx.run<Row & Record<string, unknown>>(
    `select version, host, pid, to_jsonb(contractions) as contractions from catalog.servers
      where seen_at > now() - make_interval(secs => $1) order by created_at`,
    [livingSeconds],
  );
  await tx.run(`select set_config('role', 'none', true)`);
  return rows.map(({ version, host, pid, contractions }) => ({
    name: `chantier ${version} on ${host}, process ${pid}`,
    contractions: new Set(contractions),
  }));
}

async function withoutRow(tx: AdminTx): Promise<OldServer[]> {
  const rows = await tx.run<{ pid: number; address: string | null }>(
    `select pid, host(client_addr) as address from pg_stat_activity
      where application_name = $1 and datname = current_database() order by backend_start`,
    [unregistered],
  );
  return rows.map(({ pid, address }) => ({
    name: `an older chantier${address === null ? '' : ` on ${address}`}, connected by backend ${pid}`,
    contractions: new Set(),
  }));
}

const keyOf = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
