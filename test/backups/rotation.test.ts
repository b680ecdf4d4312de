import { randomBytes } from 'node:crypto';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { backupTenant } from '../../src/fleet/archive/backup-tenant.ts';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import { secretsTask } from '../../src/fleet/schedule/secrets-task.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { resealIdentity } from '../../src/identity/reseal-identity.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { secretContext } from '../../src/lib/webhook-secret.ts';
import { webhookStates } from '../../src/modules/webhooks/tables.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import type { ObjectPlace } from '../../src/storage/storage.ts';
import { scratchFolder, withAdmins } from '../archive/support.ts';
import { by, furtherDatabase, move } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { run } from '../support/run.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { type Company, type Member, World } from '../support/world.ts';
import { RollingServers } from './rolling-servers.ts';

const [old, next] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const;
const folder = await scratchFolder();
let database: TestDatabase;
let second: SecondServer;

beforeAll(async () => {
  [database, second] = await Promise.all([createDatabase(), startSecondServer()]);
});

afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await database.drop();
});

/** A server of the installation with these secrets. */
const serve = (SECRET: string, ...others: string[]): Promise<World> => {
  const env = { ...second.env, SECRET, ...(others.length > 0 && { PREVIOUS_SECRETS: others.join() }) };
  return World.open({ databaseUrl: database.url, env });
};

interface Hook {
  id: string;
  secret: string;
}

async function createWebhook(owner: Member): Promise<Hook> {
  const input = { name: 'Events', url: 'https://events.example/' };
  const { webhook, secret } = await run(owner, 'createWebhook', input, 'webhook { id } secret');
  return { id: String(webhook.id).replace('Webhook:', ''), secret };
}

/** The secret of a webhook, as a server opens it. */
async function secretOf({ app }: World, { tenant }: Company, { id }: Hook): Promise<string> {
  const now = await app.directory.getBySlug(tenant.slug);
  const [state] = await app.binding.read(now, (db) =>
    db.select({ sealed: webhookStates.sealedSecret }).from(webhookStates).where(eq(webhookStates.webhookId, id)),
  );
  return app.identity.seal.open(state!.sealed, secretContext(id));
}

it('SECRET and the keys of archives are replaced under load: no request fails, sessions go on, old archives open, the old secret is not needed', async () => {
  const first = await serve(old);
  await migrateFleet(first.app.fleet);
  const [here, far] = [await first.company('Here'), await first.company('Far')];
  const dedicated = await furtherDatabase(first, second);
  await move(first, far, dedicated.id);
  const members = [await here.as('OWNER'), await far.as('OWNER')];
  for (const member of members) await createClient(member, { name: 'Kept' });
  const hooks: Hook[] = [];
  for (const member of members) hooks.push(await createWebhook(member));
  const [oldKey, newKey] = [await generateIdentity(), await generateIdentity()] as const;
  const archiveFor = (server: World, ...keys: string[]) =>
    withAdmins(server, async (admins) => {
      const recipients = await Promise.all(keys.map((key) => identityToRecipient(key)));
      const storage = new FolderStorage(folder);
      return (await backupTenant(server.app.fleet, admins, here.tenant, { storage, key: { recipients } })).place;
    });
  const archives = [await archiveFor(first, oldKey)];
  const servers = new RollingServers([first, await serve(old)]);
  await servers.underLoad(members, async () => {
    await servers.replaceAll(() => serve(old, next));
    archives.push(await archiveFor(servers.last, oldKey, newKey));
    await servers.replaceAll(() => serve(next, old));
    archives.push(await archiveFor(servers.last, newKey));
    const { app } = servers.last;
    const ofAccounts = () => resealIdentity(app.identity);
    // The servers' own task renews the databases' secrets even if accounts have nothing left to reseal
    await ofAccounts();
    await secretsTask(app.fleet, { resealIdentity: ofAccounts, logger: silentLogger }).run();
    const { code, stdout } = await commandLine(app)(['secrets', 'reseal', '--json']);
    const nothing = { resealed: 0, unopened: 0, failed: [], failedOrganizations: [] };
    expect([code, JSON.parse(stdout)]).toMatchObject([0, nothing]);
    await servers.replaceAll(() => serve(next));
  });
  console.info(`${servers.asked} requests during the rotation`);
  expect(servers.failures).toEqual([]);
  expect(servers.asked).toBeGreaterThan(20);
  const { app } = servers.last;
  expect([await secretOf(servers.last, here, hooks[0]!), await secretOf(servers.last, far, hooks[1]!)]).toEqual(
    hooks.map(({ secret }) => secret),
  );
  const opens = (place: ObjectPlace, key: string) => openArchive(place, { identities: [key] });
  const [before, between, after] = archives as [ObjectPlace, ObjectPlace, ObjectPlace];
  for (const key of [oldKey, newKey]) await opens(between, key);
  await opens(after, newKey);
  await expect(opens(after, oldKey)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const archive = await opens(before, oldKey);
  await withAdmins(servers.last, (admins) => restoreNew(app.fleet, admins, archive, { slug: 'from-old-archive' }));
  await servers.end();
});

it('a server connects while its login has the password of the other secret', async () => {
  await using first = await serve(next, old);
  await using _other = await serve(old, next);
  const { appUrl: url, otherPasswords } = first.app.installation;
  await using ofUrl = new Admin({ url });
  await expect(ofUrl.run('select 1')).rejects.toMatchObject({ code: '28P01' });
  await using ofBoth = new Admin({ url, otherPasswords });
  expect(await ofBoth.run('select 1 as one')).toEqual([{ one: 1 }]);
});

it('an idempotent request is replayed by a server whose current secret is another', async () => {
  await using first = await serve(next, old);
  await using other = await serve(old, next);
  const company = await first.company('Once');
  const headers = { ...(await company.as('OWNER')).headers, 'idempotency-key': 'rotation' };
  const mutation = 'mutation { createApiKey(input: { name: "Key", scopes: [PROJECT_READ] }) { key } }';
  const made = await first.graphql(mutation, {}, headers);
  expect(made.errors).toEqual([]);
  const again = await other.graphql(mutation, {}, headers);
  expect(again.data).toEqual(made.data);
  const different = await other.graphql(mutation.replace('"Key"', '"Other"'), {}, headers);
  expect(different.errors[0]?.extensions.code).toBe('IDEMPOTENCY_MISMATCH');
});

const roles = ['operator_admin', 'operator_app'] as const;
type Role = (typeof roles)[number];

/** The address of a database for a login, with the password to try first and another one. */
function addressOf(database: { url: string }, role: Role, password: string, other?: string): string {
  const url = Object.assign(new URL(database.url), { username: role, password });
  if (other !== undefined) url.searchParams.set('other_password', other);
  return url.href;
}

async function setPasswords(password: string, made: 'create' | 'alter'): Promise<void> {
  await using admin = new Admin({ url: second.adminUrl });
  const [adminRole, appRole] = roles;
  await admin.run(`${made} role ${adminRole} superuser login password '${password}'`);
  await admin.run(`${made} role ${appRole} login password '${password}'`);
}

it('the operators’ own logins get new passwords under load, also those of a further database: no request fails', async () => {
  const [primary, further] = [await second.createDatabase(), await second.createDatabase()];
  await setPasswords('first', 'create');
  const serveWith = (...passwords: [string, string?]): Promise<World> =>
    World.open({
      databaseUrl: addressOf(primary, 'operator_app', ...passwords),
      env: { ...second.env, ADMIN_DATABASE_URL: addressOf(primary, 'operator_admin', ...passwords) },
    });
  const register = ({ app }: World, ...passwords: [string, string?]) =>
    registerDatabase(
      app.fleet,
      {
        ...{ name: 'further', kind: 'SHARED' },
        url: addressOf(further, 'operator_app', ...passwords),
        adminUrl: addressOf(further, 'operator_admin', ...passwords),
      },
      { by },
    );
  const first = await serveWith('first', 'second');
  await migrateFleet(first.app.fleet);
  const { id } = await register(first, 'first', 'second');
  const [here, far] = [await first.company('Here'), await first.company('Far')];
  await move(first, far, id);
  const members = [await here.as('OWNER'), await far.as('OWNER')];
  for (const member of members) await createClient(member, { name: 'Kept' });
  const servers = new RollingServers([first]);
  await servers.underLoad(members, async () => {
    await setPasswords('second', 'alter');
    // As if a server restarted before its addresses are changed
    await servers.replaceAll(() => serveWith('first', 'second'));
    await register(servers.last, 'second');
    await servers.replaceAll(() => serveWith('second'));
  });
  console.info(`${servers.asked} requests during the rotation`);
  expect(servers.failures).toEqual([]);
  expect(servers.asked).toBeGreaterThan(20);
  await servers.end();
  await expect(serveWith('first')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
