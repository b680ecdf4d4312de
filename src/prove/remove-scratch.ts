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

type Doomed = Pick<typeof organizations.$inferSelect, 'id' | 'slug' | 'databaseId' | 'schemaName' | 'roleName'>;

/**
 * Removes the organizations and users of a run, at any stage of their making or removal: the same call goes on where
 * one was interrupted. An organization that somebody else has become a member of is no scratch any more, and stays.
 */
export async function removeRun(target: Pick<ProofTarget, 'catalog' | 'fleet'>, run: string): Promise<void> {
  const { catalog, fleet } = target;
  for (const doomed of await organizationsOf(target, run)) {
    await catalog.write(async (tx) => {
      await tx.update(organizations).set({ status: 'DELETING' }).where(eq(organizations.id, doomed.id));
      await tx
        .update(tenantSchemas)
        .set({ state: 'DROPPING', organizationId: null })
        .where(isSchema(doomed.databaseId, doomed.schemaName));
      await notifyOrganizationChanged(tx, doomed.id);
    });
    await dropSchema(fleet, doomed);
    await catalog.write(async (tx) => {
      await tx.delete(organizations).where(eq(organizations.id, doomed.id));
      await recordAudit(tx, {
        actor: { kind: 'SYSTEM' },
        action: 'organization.deleted',
        organizationId: doomed.id,
        metadata: { slug: doomed.slug },
      });
      await notifyOrganizationChanged(tx, doomed.id);
    });
  }
  await catalog.write(async (tx) => {
    await tx.delete(users).where(like(users.email, `%@${mailDomain(run)}`));
  });
}

/** Removes what runs left behind whose process is gone. Returns the runs. */
export async function removeLeftovers(target: Pick<ProofTarget, 'catalog' | 'fleet'>, admin: Admin): Promise<string[]> {
  const removed: string[] = [];
  for (const run of await runsLeft(target)) {
    await admin.transaction(async (tx) => {
      if (!(await tryLock(tx, advisoryLocks.proof(run)))) return;
      await removeRun(target, run);
      removed.push(run);
    });
  }
  return removed;
}

async function runsLeft({ catalog }: Pick<ProofTarget, 'catalog'>): Promise<string[]> {
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

async function organizationsOf({ catalog }: Pick<ProofTarget, 'catalog'>, run: string): Promise<Doomed[]> {
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
