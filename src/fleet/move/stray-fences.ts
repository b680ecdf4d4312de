import { and, eq } from 'drizzle-orm';
import type { AdminTx } from '../../db/admin.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import { isLifeLocked } from '../../tenancy/life-lock.ts';
import { organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { tablesOf } from '../copy/tenant-tables.ts';
import { allAdminsOf, type Fleet, type FleetAdmins } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { PrimaryAway, type RunStep, runOnce } from '../patience.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import { liftFence } from './fence.ts';
import { asOwner } from './move-endpoint.ts';
import { pauseWrites } from './pause.ts';
import { settleUnfinished } from './settle-move.ts';

/** The place that an organization is served from. */
export interface Fenced extends SchemaPlace {
  organizationId: string;
  slug: string;
}

/** Time limit for a database to list its fenced schemas, or to grant rights back. */
const answerMs = 30_000;

/** A fence revokes rights on all tables at once, so checking one table is enough; every tenant has `events`. */
const fencedSchemas = `
  select wanted.schema_name as "schemaName" from unnest($1::text[], $2::text[]) as wanted (schema_name, role_name)
  where not has_table_privilege(to_regrole(quote_ident(wanted.role_name)), to_regclass(format('%I.events', wanted.schema_name)), 'insert')`;

/** The schemas of one database whose roles may not write there. */
export async function fencedOf(admin: Pick<AdminTx, 'run'>, places: readonly SchemaPlace[]): Promise<Set<string>> {
  const rows = await admin.run<{ schemaName: string }>(fencedSchemas, [
    places.map(({ schemaName }) => schemaName),
    places.map(({ roleName }) => roleName),
  ]);
  return new Set(rows.map(({ schemaName }) => schemaName));
}

export interface LiftReport {
  /** Slugs of the organizations that can write again. */
  lifted: string[];
  failed: { organizationId: string; error: unknown }[];
}

/**
 * Lifts the fences that no move owns, so that their organizations can write again. Skips the fence of a running move,
 * which holds the life lock, and databases that do not answer; the next run looks at them again. Throws PrimaryAway if
 * `runStep` gave up waiting.
 */
export async function liftStrayFences(fleet: Fleet, runStep: RunStep = runOnce): Promise<LiftReport> {
  const report: LiftReport = { lifted: [], failed: [] };
  const places = await runStep(() => servedPlaces(fleet));
  await using admins = allAdminsOf(fleet);
  const ofDatabase = async ([databaseId, there]: [string, Fenced[]]) => {
    const ask = () => admins.of(databaseId).use((admin) => admin.within(answerMs, () => fencedOf(admin, there)));
    const fenced = await runStep(ask).catch(noneUnlessPrimaryAway);
    for (const place of there.filter(({ schemaName }) => fenced.has(schemaName))) {
      await lift({ fleet, admins, runStep, report }, place);
    }
  };
  await Promise.all([...Map.groupBy(places, ({ databaseId }) => databaseId)].map(ofDatabase));
  return report;
}

function noneUnlessPrimaryAway(error: unknown): Set<string> {
  if (error instanceof PrimaryAway) throw error;
  return new Set();
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

interface Lifting {
  fleet: Fleet;
  admins: FleetAdmins;
  runStep: RunStep;
  report: LiftReport;
}

async function lift({ fleet, admins, runStep, report }: Lifting, place: Fenced): Promise<void> {
  const { organizationId, slug } = place;
  try {
    const underLock = () => holdingLife(fleet, organizationId, () => liftUnderLock(fleet, admins, place));
    if (await runStep(underLock)) report.lifted.push(slug);
  } catch (error) {
    if (error instanceof PrimaryAway) throw error;
    if (!isLifeLocked(error)) report.failed.push({ organizationId, error });
  }
}

/** Reads the place again, because the fence may have belonged to a move that has succeeded meanwhile. */
async function liftUnderLock(fleet: Fleet, admins: FleetAdmins, place: Fenced): Promise<boolean> {
  const { organizationId } = place;
  await settleUnfinished(fleet, organizationId);
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
