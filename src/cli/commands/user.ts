import { findUserByEmail, type User } from '../../identity/find-user.ts';
import { listUsers, removeUser, setPassword } from '../../identity/operator-users.ts';
import { AppError } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { print, table } from '../output.ts';
import { readVariable } from '../read-variable.ts';
import { lines } from '../text.ts';
import type { Host, Toolbox } from '../toolbox.ts';

export interface ListFlags extends JsonFlag {
  tenant?: string;
  after?: string;
  limit: number;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

/** Throws NOT_FOUND. */
export async function getUser({ catalog }: Toolbox, email: string): Promise<User> {
  const user = await catalog.read((db) => findUserByEmail(db, email));
  if (!user) throw new AppError('NOT_FOUND', `There is no user ${email}`);
  return user;
}

export async function runList(host: Host, { tenant, after, limit, json }: ListFlags): Promise<void> {
  await using toolbox = await host.open();
  const organizationId = tenant === undefined ? undefined : (await toolbox.directory.getBySlug(tenant)).id;
  const users = await listUsers(toolbox.catalog, { organizationId, after, limit });
  const rows = users.map(({ email, firstName, lastName, disabledAt, organizations }) => [
    email,
    `${firstName} ${lastName}`,
    disabledAt ? 'REMOVED' : 'ACTIVE',
    organizations.join(', '),
  ]);
  const more = users.length === limit ? [`more: add --after ${users.at(-1)!.email}`] : [];
  print(host, json, users, () => lines([table(['EMAIL', 'NAME', 'STATE', 'ORGANIZATIONS'], rows), ...more]));
}

export async function runSetPassword(
  host: Host,
  email: string,
  { passwordEnv, json }: JsonFlag & { passwordEnv: string },
): Promise<void> {
  const password = readVariable(passwordEnv);
  await using toolbox = await host.open();
  const user = await getUser(toolbox, email);
  const apiKeys = await setPassword(toolbox.identity, { userId: user.id, password }, by);
  print(host, json, { id: user.id, email: user.email, apiKeys }, () =>
    lines([
      `${user.email} has a new password, and is signed out everywhere`,
      ...apiKeys.map(
        ({ prefix, name, organizationName }) => `still valid: key ${prefix} (${name}) of ${organizationName}`,
      ),
    ]),
  );
}

export async function runRemove(host: Host, email: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.open();
  const user = await getUser(toolbox, email);
  await removeUser(toolbox.identity, user.id, by);
  print(host, json, { id: user.id, email: user.email, state: 'REMOVED' }, () => `${user.email} has no access any more`);
}
