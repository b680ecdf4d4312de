import { addMember } from '../../identity/add-member.ts';
import { createUser } from '../../identity/create-user.ts';
import { findUserByEmail } from '../../identity/find-user.ts';
import type { Person } from '../../identity/profile-gateway.ts';
import type { Role } from '../../identity/roles.ts';
import { AppError } from '../../lib/errors.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { print } from '../output.ts';
import type { Host, Toolbox } from '../toolbox.ts';

export interface Flags {
  firstName: string;
  lastName: string;
  tenant?: string;
  role: Role;
  passwordEnv?: string;
  json?: boolean;
}

export async function run(host: Host, email: string, options: Flags): Promise<void> {
  await using toolbox = await host.open();
  // First, so that an unknown slug leaves no user behind
  const tenant = options.tenant === undefined ? undefined : await toolbox.directory.getBySlug(options.tenant);
  const person = await findOrCreate(toolbox, email, options);
  if (tenant) await join(toolbox, person, tenant, options.role);
  const role = tenant ? options.role : null;
  const result = { id: person.userId, email: person.email, tenant: tenant?.slug ?? null, role };
  print(host, options.json, result, () => `${person.email} is ${tenant ? `${role} of ${tenant.slug}` : 'a user'}`);
}

async function findOrCreate({ identity, catalog }: Toolbox, email: string, options: Flags): Promise<Person> {
  const known = await catalog.read((db) => findUserByEmail(db, email));
  if (known) return { userId: known.id, email: known.email, firstName: known.firstName, lastName: known.lastName };
  const { firstName, lastName, passwordEnv } = options;
  const password = passwordEnv === undefined ? undefined : process.env[passwordEnv];
  if (passwordEnv !== undefined && !password) {
    throw new AppError('BAD_INPUT', `The environment variable ${passwordEnv} holds no password`);
  }
  return createUser(identity, { email, firstName, lastName, ...(password && { password }) });
}

async function join({ identity }: Toolbox, person: Person, tenant: Tenant, role: Role): Promise<void> {
  await addMember(identity, { person, tenant, role, actor: { kind: 'SYSTEM' } }, {});
}
