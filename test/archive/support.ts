import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll } from 'vitest';
import { backupTenant } from '../../src/fleet/archive/backup-tenant.ts';
import { type Archive, openArchive, partsOf } from '../../src/fleet/archive/open-archive.ts';
import { allAdminsOf, type FleetAdmins } from '../../src/fleet/fleet.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { Random } from '../compile/random.ts';
import { seedRows } from '../compile/seed.ts';
import type { Company, World } from '../support/world.ts';

/** A folder that is gone after the tests of the file. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-archive-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const withAdmins = async <T>({ app }: World, work: (admins: FleetAdmins) => Promise<T>): Promise<T> => {
  await using admins = allAdminsOf(app.fleet);
  return await work(admins);
};

/** An organization with odd rows in every table, and something in those tables that nobody refers to. */
export async function filledCompany(server: World, { name = 'Full', perTable = 12, seed = 7 } = {}): Promise<Company> {
  const company = await server.company(name);
  const owner = await company.as('OWNER');
  const manager = await company.as('MANAGER');
  await server.app.binding.write(
    company.tenant,
    async (tx) => {
      await seedRows(tx, new Random(seed), [owner.profileId, manager.profileId], perTable);
      await tx.execute(sql`insert into settings (key, value) values ('odd', '{"é":[1.50,null,"\\u0001\\t😀"]}')`);
      await tx.execute(
        sql`insert into code_counters (kind, period, last_number) values ('Z', '2026', 9), ('a', '', 3)`,
      );
      await tx.execute(sql`insert into idempotency_keys (viewer_id, key, response_key, request_hash, expires_at)
        values (${uuidv7()}, 'k', '0', 'h', '2031-02-28 23:59:59.999+05:30')`);
      await tx.execute(
        sql`insert into task_dependencies (task_id, depends_on_id) select a.id, b.id from tasks a, tasks b where a.id < b.id limit 5`,
      );
      await tx.execute(
        sql`insert into task_labels (task_id, label_id) select t.id, l.id from tasks t, labels l limit 5`,
      );
      await tx.execute(sql`insert into notifications (id, profile_id, type, title, message, group_key, happened_at, about_task_id)
        select gen_random_uuid(), ${owner.profileId}::uuid, 'TASK_ASSIGNED', E'A\\t\\N', name, id::text, now(), id from tasks limit 5`);
      await tx.execute(sql`insert into notification_preferences (id, profile_id, type, medium, enabled)
        values (${uuidv7()}, ${owner.profileId}, 'MENTION', 'EMAIL', true) on conflict do nothing`);
      await tx.execute(
        sql`insert into webhook_states (webhook_id, sealed_secret, era, xid, seq) select id, 'v1', 1, '5', 7 from webhooks limit 5`,
      );
      await tx.execute(
        sql`insert into jobs (id, kind, payload) values (${uuidv7()}, 'odd', '{"é":[1.50,null,"\\t"]}')`,
      );
    },
    { roleClass: 'job' },
  );
  await owner.ok('mutation { createProfile(input: { firstName: "Zoë", lastName: "\\\\N" }) { lastEventId } }');
  return company;
}

/** The text of every data part, by file: what has to be the same bytes. */
export async function textsOf(archive: Archive): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { part, text } of partsOf(archive)) texts.set(part.file, text.toString('utf8'));
  return texts;
}

let count = 0;

/** Backs a tenant up into a folder of its own, and opens the archive. */
export async function archiveOf(server: World, tenant: Tenant, folder: string): Promise<Archive> {
  const into = path.join(folder, `backup-${++count}`);
  const { place } = await withAdmins(server, (admins) =>
    backupTenant(server.app.fleet, admins, tenant, { storage: new FolderStorage(into) }),
  );
  return await openArchive(place);
}
