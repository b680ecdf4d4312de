import { randomBytes } from 'node:crypto';
import { Admin } from '../../src/db/admin.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { planning } from '../../src/fleet/databases/make-login.ts';
import type { Dataset } from '../data/dataset.ts';
import type { PeerAccess } from './contenders.ts';

/**
 * Gives the peer a login of its own, which may become each tenant's role, as our own login may, and for which
 * statements are planned as for ours.
 */
export async function grantPeer({ url, app, tenants }: Dataset): Promise<PeerAccess> {
  const login = `${app.installation.prefix}_peer`;
  const password = randomBytes(16).toString('hex');
  await using admin = new Admin({ url });
  const [known] = await admin.run('select from pg_roles where rolname = $1', [login]);
  await admin.run(
    `${known ? 'alter' : 'create'} role ${quoteIdentifier(login)} login noinherit password '${password}'`,
  );
  for (const [name, value] of Object.entries(planning)) {
    await admin.run(`alter role ${quoteIdentifier(login)} set ${name} = ${value}`);
  }
  const database = quoteIdentifier(new URL(url).pathname.slice(1));
  await admin.run(`grant connect on database ${database} to ${quoteIdentifier(login)}`);
  const missing = await admin.run<{ role: string }>(
    `select r.rolname as role from pg_roles r
     where r.rolname = any($1) and not pg_has_role($2, r.oid, 'member')`,
    [tenants.map(({ tenant }) => tenant.roleName), login],
  );
  for (const { role } of missing) await admin.run(`grant ${quoteIdentifier(role)} to ${quoteIdentifier(login)}`);
  const address = new URL(url);
  address.username = login;
  address.password = password;
  const { tenant } = tenants[0]!;
  return { url: address.href, schema: tenant.schemaName, role: tenant.roleName };
}
