import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { readOrganization } from './archived-organization.ts';
import { watching } from './backup-tenant.ts';
import { openArchive } from './open-archive.ts';
import { type RestoreNewOptions, restoreNew } from './restore-new.ts';
import { writeArchive } from './write-archive.ts';

/**
 * Makes a new organization of the present state of another, by an archive that nobody else can read and that is gone
 * afterwards. Rows keep their ids (each schema has its own), members do not come along but those that `activate` adds.
 */
export async function cloneTenant(
  fleet: Fleet,
  admins: FleetAdmins,
  tenant: Tenant,
  options: RestoreNewOptions,
): Promise<Tenant> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-clone-'));
  try {
    const key = { key: randomBytes(32) };
    const file = path.join(folder, 'clone.tar.sealed');
    const organization = await fleet.catalog.read((db) => readOrganization(db, tenant.id));
    await admins.at(tenant, (admin, { roles }) => {
      const { schemaName } = tenant;
      const source = { kind: 'TENANT' as const, organization, schemaName, ownerRole: roles.owner };
      const onPart = watching({ signal: options.signal });
      return writeArchive(admin, { ...source, migrations: fleet.lines.inOrder() }, file, { key, onPart });
    });
    const clone = await restoreNew(fleet, admins, await openArchive(file, key), {
      ...options,
      action: 'organization.cloned',
    });
    await fleet.catalog.write((tx) =>
      recordAudit(tx, {
        actor: options.actor ?? { kind: 'SYSTEM' },
        action: 'organization.clone_made',
        organizationId: tenant.id,
        metadata: { slug: clone.slug, clone: clone.id },
      }),
    );
    return clone;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
