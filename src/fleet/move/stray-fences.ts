import { and, eq } from 'drizzle-orm';
import type { AdminTx } from '../../db/admin.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import { isLifeLocked } from '../../tenancy/life-lock.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { tablesOf } from '../copy/tenant-tables.ts';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import { liftFence } from './fence.ts';
import { asOwner } from './move-endpoint.ts';
import { pauseWrites } from './pause.ts';
import { mendUnfinished } from './settle-move.ts';

/** An organization that is served, and cannot write. */
export interface Fenced extends SchemaPlace {
  organizationId: string;
  slug: string;
}

/** How long a database may take to say where nobody can write, or to give rights back. */
const answerMs = 30_000;

/** A fence takes the right from all tables at once, so one that every tenant has tells of all. */
const fencedSchemas = `
  select wanted.schema_name as "schemaName" from unnest($1::text[], $2::text[]) as wanted (schema_name, role_name)
  where not has_table_privilege(to_regrole(quote_ident(wanted.role_name)), to_regclass(format('%I.events', wanted.schema_name)), 'insert')`;

/** Those of one database whose roles may not write into the schema that they are served from. */
export async function fencedOf(admin: Pick<AdminTx, 'run'>, places: readonly SchemaPlace[]): Promise<Set<string>> {
  const rows = await admin.run<{ schemaName: string }>(fencedSchemas, [
    places.map(({ schemaName }) => schemaName),
    places.map(({ roleName }) => roleName),
  ]);
  return new Set(rows.map(({ schemaName }) => schemaName));
}

export interface LiftReport {
  /** Slugs of those who can write again. */
  lifted: string[];
  failed: { organizationId: string; error: unknown }[];
}

/**
 * Lets organizations write again that a fence keeps from it and that nobody moves. Whoever moves one holds its life
 * lock: its fence is left alone. A database that does not answer is left for the next time.
 */
export async function liftStrayFences(fleet: Fleet): Promise<LiftReport> {
  const report: LiftReport = { lifted: [], failed: [] };
  const places = await servedPlaces(fleet);
  await using admins = allAdminsOf(fleet);
  const ofDatabase = async ([databaseId, there]: [string, Fenced[]]) => {
    const ask = admins.of(databaseId).use((admin) => admin.within(answerMs, () => fencedOf(admin, there)));
    const fenced = await ask.catch(() => new Set<string>());
    for (const place of there.filter(({ schemaName }) => fenced.has(schemaName))) {
      await lift(fleet, admins, place, report);
    }
  };
  await Promise.all([...Map.groupBy(places, ({ databaseId }) => databaseId)].map(ofDatabase));
  return report;
}

const servedPlaces = ({ catalog }: Fleet): Promise<Fenced[]> =>
  catalog.read((db) =>
    db
      .select({
        databaseId: tenantSchemas.databaseId,
        schemaName: tenantSchemas.schemaName,
        roleName: tenantSchemas.roleName,
        organizationId: organizations.id,
        slug: organizations.slug,
      })
      .from(tenantSchemas)
      .innerJoin(organizations, eq(organizations.id, tenantSchemas.organizationId))
      .where(and(eq(tenantSchemas.state, 'ACTIVE'), eq(organizations.schemaName, tenantSchemas.schemaName))),
  );

async function lift(fleet: Fleet, admins: FleetAdmins, place: Fenced, report: LiftReport): Promise<void> {
  const { organizationId, slug } = place;
  try {
    const lifted = await holdingLife(fleet, organizationId, () => liftHeld(fleet, admins, place));
    if (lifted) report.lifted.push(slug);
  } catch (error) {
    if (!isLifeLocked(error)) report.failed.push({ organizationId, error });
  }
}

/** Under the life lock everything is looked at again: the fence may have been that of a move which has ended well. */
async function liftHeld(fleet: Fleet, admins: FleetAdmins, place: Fenced): Promise<boolean> {
  const { organizationId } = place;
  await mendUnfinished(fleet, organizationId);
  const still = (await servedPlaces(fleet)).some(
    (now) => now.databaseId === place.databaseId && now.schemaName === place.schemaName,
  );
  if (!still) return false;
  await admins.at(place, (admin, installation) =>
    admin.within(answerMs, async () => {
      const endpoint = { place, admin, installation };
      await liftFence(endpoint, await asOwner(endpoint, (tx) => tablesOf(tx, fleet.lines, place.schemaName)));
    }),
  );
  await fleet.catalog.write(async (tx) => {
    await pauseWrites(tx, organizationId, null);
    await recordAudit(tx, { actor: { kind: 'SYSTEM' }, action: 'organization.fence_lifted', organizationId });
  });
  return true;
}
