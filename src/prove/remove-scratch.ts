import { and, eq, inArray, like, notLike } from 'drizzle-orm';
import type { Admin } from '../db/admin.ts';
import { advisoryLocks, tryLock } from '../db/advisory-lock.ts';
import { dropSchema } from '../fleet/schemas/drop-schema.ts';
import { userOrganizations, users } from '../identity/tables.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { notifyOrganizationChanged } from '../tenancy/invalidation.ts';
import { organizations, tenantSchemas } from '../tenancy/tables.ts';
import { isSchema } from '../tenancy/tenant.ts';
import { mailDomain, runOf, slugPrefix } from './scratch-names.ts';
import type { ProofTarget } from './target.ts';

type Removable = Pick<typeof organizations.$inferSelect, 'id' | 'slug' | 'databaseId' | 'schemaName' | 'roleName'>;

/**
 * Removes the organizations and users of a run, whatever stage their creation or removal has reached; call it again
 * after an interruption. An organization that has a member from outside the run is no longer scratch, and stays.
 */
export async function removeRun(target: Pick<ProofTarget, 'catalog' | 'fleet'>, run: string): Promise<void> {
  const { catalog, fleet } = target;
  for (const organization of await organizationsOf(target, run)) {
    await catalog.write(async (tx) => {
      await tx.update(organizations).set({ status: 'DELETING' }).where(eq(organizations.id, organization.id));
      await tx
        .update(tenantSchemas)
        .set({ state: 'DROPPING', organizationId: null })
        .where(isSchema(organization.databaseId, organization.schemaName));
      await notifyOrganizationChanged(tx, organization.id);
    });
    await dropSchema(fleet, organization);
    await catalog.write(async (tx) => {
      await tx.delete(organizations).where(eq(organizations.id, organization.id));
      await recordAudit(tx, {
        actor: { kind: 'SYSTEM' },
        action: 'organization.deleted',
        organizationId: organization.id,
        metadata: { slug: organization.slug },
      });
      await notifyOrganizationChanged(tx, organization.id);
    });
  }
  await catalog.write(async (tx) => {
    await tx.delete(users).where(like(users.email, `%@${mailDomain(run)}`));
  });
}

/** Removes the organizations and users of runs whose process has died. Returns the runs. */
export async function removeLeftovers(target: Pick<ProofTarget, 'catalog' | 'fleet'>, admin: Admin): Promise<string[]> {
  const removed: string[] = [];
  for (const run of await findRuns(target)) {
    await admin.transaction(async (tx) => {
      if (!(await tryLock(tx, advisoryLocks.proof(run)))) return;
      await removeRun(target, run);
      removed.push(run);
    });
  }
  return removed;
}

async function findRuns({ catalog }: Pick<ProofTarget, 'catalog'>): Promise<string[]> {
  const [slugs, emails] = await catalog.read(async (db) => [
    await db
      .select({ slug: organizations.slug })
      .from(organizations)
      .where(like(organizations.slug, `${slugPrefix()}%`)),
    await db.select({ email: users.email }).from(users).where(like(users.email, '%.scratch-proof.invalid')),
  ]);
  const ofSlugs = slugs.flatMap(({ slug }) => runOf(slug) ?? []);
  const ofUsers = emails.flatMap(({ email }) => /@([0-9a-f]{8})\.scratch-proof\.invalid$/.exec(email)?.[1] ?? []);
  return [...new Set([...ofSlugs, ...ofUsers])];
}

async function organizationsOf({ catalog }: Pick<ProofTarget, 'catalog'>, run: string): Promise<Removable[]> {
  const { id, slug, databaseId, schemaName, roleName } = organizations;
  return catalog.read(async (db) => {
    const found = await db
      .select({ id, slug, databaseId, schemaName, roleName })
      .from(organizations)
      .where(like(slug, `${slugPrefix(run)}-%`));
    const kept = await db
      .select({ id: userOrganizations.organizationId })
      .from(userOrganizations)
      .innerJoin(users, eq(users.id, userOrganizations.userId))
      .where(
        and(
          inArray(
            userOrganizations.organizationId,
            found.map((each) => each.id),
          ),
          notLike(users.email, `%@${mailDomain(run)}`),
        ),
      );
    return found.filter((each) => !kept.some((other) => other.id === each.id));
  });
}
