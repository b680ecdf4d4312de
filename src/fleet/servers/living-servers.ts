import type { AdminTx } from '../../db/admin.ts';
import { isContraction } from '../../db/migration-ledger.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { FleetAdmins } from '../fleet.ts';
import type { MigrationLines } from '../schemas/migration-lines.ts';

/** A running server, of any build. It needs what a contraction drops unless its build has that contraction. */
export interface LivingServer {
  /** Its version, host and process, for messages. */
  name: string;
  /** The contractions of its build: `line/name`. */
  contractions: ReadonlySet<string>;
}

/** A server counts as dead after this time without a heartbeat; it sends four in that time. */
const livingSeconds = 60;

/**
 * The `application_name` of the listening connection in builds that did not register yet. Their commands have one too.
 */
const unregisteredName = 'chantier listener';

export const contractionsOf = (lines: MigrationLines): string[] =>
  [...lines.database, ...lines.catalog, ...lines.everything()].filter(isContraction).map(keyOf);

/** All running servers. For builds that did not register, running commands count as servers too. */
export function livingServers(admins: FleetAdmins): Promise<LivingServer[]> {
  return admins
    .of(primaryDatabaseId)
    .use((admin, { roles }) =>
      admin.transaction(async (tx) => [...(await registered(tx, roles.catalogOwner)), ...(await unregistered(tx))]),
    );
}

interface Row {
  version: string;
  host: string;
  pid: number;
  contractions: string[];
}

async function registered(tx: AdminTx, role: string): Promise<LivingServer[]> {
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

async function unregistered(tx: AdminTx): Promise<LivingServer[]> {
  const rows = await tx.run<{ pid: number; address: string | null }>(
    `select pid, host(client_addr) as address from pg_stat_activity
      where application_name = $1 and datname = current_database() order by backend_start`,
    [unregisteredName],
  );
  return rows.map(({ pid, address }) => ({
    name: `an older chantier${address === null ? '' : ` on ${address}`}, connected by backend ${pid}`,
    contractions: new Set(),
  }));
}

const keyOf = ({ line, name }: { line: string; name: string }): string => `${line}/${name}`;
