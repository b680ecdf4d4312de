import { quoteIdentifier } from '../../db/identifier.ts';
import { isMissingSchema } from '../../db/pg-errors.ts';
import type { Organization } from '../../tenancy/update-organization.ts';
import { adminsOf, type Fleet } from '../fleet.ts';

type SchemaPlace = Pick<Organization, 'databaseId' | 'schemaName' | 'roleName'>;

/**
 * Revokes the role's access to the organization's schema, so that nothing can be read even if a server's cache is
 * outdated. Does nothing for a schema that was lost with its database.
 */
export async function closeAccess(fleet: Fleet, place: SchemaPlace): Promise<void> {
  if (await fleet.databases.isRetired(place.databaseId)) return;
  const revoke = (schema: string, role: string) => `revoke usage on schema ${schema} from ${role}`;
  await change(fleet, place, revoke).catch((error: unknown) => {
    if (!isMissingSchema(error)) throw error;
  });
}

/** Grants the access again that `closeAccess` revoked. */
export const openAccess = (fleet: Fleet, place: SchemaPlace): Promise<void> =>
  change(fleet, place, (schema, role) => `grant usage on schema ${schema} to ${role}`);

const timeoutMs = 30_000;

async function change(
  fleet: Fleet,
  { databaseId, schemaName, roleName }: SchemaPlace,
  statement: (schema: string, role: string) => string,
): Promise<void> {
  await using admins = adminsOf(fleet, databaseId);
  await admins.use((admin, { roles }) =>
    admin.within(timeoutMs, () =>
      admin.transaction(async (tx) => {
        // Only the schema's owner can revoke what it granted
        await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
        await tx.run(statement(quoteIdentifier(schemaName), quoteIdentifier(roleName)));
      }),
    ),
  );
}
