import type { App } from '../../src/app.ts';
import { addMember } from '../../src/identity/add-member.ts';
import { openSession, signedIn } from '../../src/identity/sessions.ts';
import { users } from '../../src/identity/tables.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';

const origin = { ipAddress: '127.0.0.1' };

/** Signs the tenant's one manager in, who is made first where there is none. Gives the access token. */
export async function signInManager({ identity }: App, tenant: Tenant): Promise<string> {
  const email = `${tenant.slug}@bench.test`;
  const known = await identity.catalog.read((db) => db.query.users.findFirst({ where: { email } }));
  const user = known ?? { id: uuidv7(), email, firstName: 'Bench', lastName: 'Manager', emailVerifiedAt: new Date() };
  if (!known) {
    await identity.catalog.write(async (tx) => {
      await tx.insert(users).values(user);
    });
  }
  const membership = await identity.catalog.read((db) =>
    db.query.userOrganizations.findFirst({ where: { userId: user.id, organizationId: tenant.id } }),
  );
  if (!membership) {
    const { id: userId, firstName, lastName } = user;
    await addMember(identity, { person: { userId, email, firstName, lastName }, tenant, role: 'MANAGER' }, origin);
  }
  const who = { userId: user.id, organizationId: tenant.id, deviceName: undefined };
  const session = await identity.catalog.write((tx) => openSession(identity, tx, who, origin));
  return (await signedIn(identity, user, session)).accessToken;
}
