import type { App } from '../../src/app.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { addMember } from '../../src/identity/add-member.ts';
import type { Role } from '../../src/identity/roles.ts';
import { openSession, signedIn } from '../../src/identity/sessions.ts';
import { users } from '../../src/identity/tables.ts';
import { uuidv7 } from '../../src/lib/ids.ts';

interface Wanted {
  number: number;
  members: number;
  role: Role;
}

/** An organization whose members follow what the first of them, its owner, changes. */
export interface Audience {
  owner: string;
  /** Access tokens. */
  members: string[];
}

/** Makes an organization with an owner and members, all signed in. */
export async function makeAudience(app: App, fleet: Fleet, { number, members, role }: Wanted): Promise<Audience> {
  const { identity } = app;
  const origin = { ipAddress: '127.0.0.1' };
  const name = `Audience ${number}`;
  const tenant = await provisionTenant(fleet, { name, timeZone: 'UTC', locale: 'en', currency: 'EUR' });
  const join = async (as: Role): Promise<string> => {
    const userId = uuidv7();
    const person = { userId, email: `${userId}@bench.test`, firstName: 'Bench', lastName: as };
    const user = { id: userId, email: person.email, firstName: 'Bench', lastName: as, emailVerifiedAt: new Date() };
    await identity.catalog.write(async (tx) => void (await tx.insert(users).values(user)));
    await addMember(identity, { person, tenant, role: as }, origin);
    const who = { userId, organizationId: tenant.id, deviceName: undefined };
    const session = await identity.catalog.write((tx) => openSession(identity, tx, who, origin));
    return (await signedIn(identity, user, session)).accessToken;
  };
  const owner = await join('OWNER');
  const tokens: string[] = [];
  for (let n = 0; n < members; n++) tokens.push(await join(role));
  return { owner, members: tokens };
}
