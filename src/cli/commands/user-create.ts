import type { Command } from 'commander';
import { addMember } from '../../identity/add-member.ts';
import { createUser } from '../../identity/create-user.ts';
import { findUserByEmail } from '../../identity/find-user.ts';
import type { Person } from '../../identity/profile-gateway.ts';
import { isRole, roles } from '../../identity/roles.ts';
import { AppError } from '../../lib/errors.ts';
import { print } from '../output.ts';
import type { Host, Toolbox } from '../toolbox.ts';

interface Options {
  firstName: string;
  lastName: string;
  tenant?: string;
  role?: string;
  passwordEnv?: string;
  json?: boolean;
}

export function addUserCreate(user: Command, host: Host): void {
  user
    .command('create <email>')
    .description('Create a user, or take the one with this address, and make them a member of a company.')
    .requiredOption('--first-name <name>', 'first name')
    .requiredOption('--last-name <name>', 'last name')
    .option('--tenant <slug>', 'the company to join')
    .option('--role <role>', `role in the company: ${roles.join(', ')}`, 'MEMBER')
    .option('--password-env <variable>', 'environment variable that holds the password; none: set one by a reset')
    .option('--json', 'print one JSON document')
    .action(async (email: string, options: Options) => {
      await using toolbox = await host.open();
      const person = await findOrCreate(toolbox, email, options);
      const role = await join(toolbox, person, options);
      const result = { id: person.userId, email: person.email, tenant: options.tenant ?? null, role };
      print(
        host,
        options.json,
        result,
        () => `${person.email} ${role ? `is ${role} of ${options.tenant}` : 'is a user'}`,
      );
    });
}

async function findOrCreate({ identity, catalog }: Toolbox, email: string, options: Options): Promise<Person> {
  const known = await catalog.read((db) => findUserByEmail(db, email));
  if (known) return { userId: known.id, email: known.email, firstName: known.firstName, lastName: known.lastName };
  const { firstName, lastName, passwordEnv } = options;
  const password = passwordEnv === undefined ? undefined : process.env[passwordEnv];
  if (passwordEnv !== undefined && !password) {
    throw new AppError('BAD_INPUT', `The environment variable ${passwordEnv} holds no password`);
  }
  return createUser(identity, { email, firstName, lastName, ...(password && { password }) });
}

async function join(
  { identity, directory }: Toolbox,
  person: Person,
  { tenant: slug, role }: Options,
): Promise<string | null> {
  if (slug === undefined) return null;
  if (!role || !isRole(role)) throw new AppError('BAD_INPUT', `A role is one of ${roles.join(', ')}`);
  const tenant = await directory.getBySlug(slug);
  await addMember(identity, { person, tenant, role, actor: { kind: 'SYSTEM' } }, {});
  return role;
}
