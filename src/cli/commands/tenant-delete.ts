import { backupTenant } from '../../fleet/archive/backup-tenant.ts';
import { type DeleteOptions, deleteOrganization } from '../../fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../../fleet/deletion/purge-organization.ts';
import type { Receipt } from '../../fleet/deletion/receipt.ts';
import { undeleteOrganization } from '../../fleet/deletion/undelete-organization.ts';
import { allAdminsOf, type Fleet } from '../../fleet/fleet.ts';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { type LockFlags, readLock } from '../archive-key.ts';
import { archiveStorage } from '../archive-storage.ts';
import { describeChange } from '../describe-tenant.ts';
import type { JsonFlag } from '../flags.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { FleetToolbox, Host } from '../toolbox.ts';
import { describeReceipt, receiptAsJson } from './tenant-receipt.ts';

export interface Flags extends LockFlags {
  grace?: number;
  backup?: string;
  now?: boolean;
  json?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export async function run(host: Host, slug: string, flags: Flags): Promise<void> {
  const { grace, now, json } = flags;
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  const finalBackup = await lastBackup(toolbox, flags, host);
  const deleting = await deleteOrganization(toolbox.fleet, id, { by, graceMs: grace && grace * 1000, finalBackup });
  if (now) {
    const receipt = await drop(toolbox.fleet, id, host);
    print(host, json, receiptAsJson(receipt), () => describeReceipt(receipt));
    return;
  }
  print(
    host,
    json,
    describeChange(deleting),
    () =>
      `The data of ${slug} is dropped on ${deleting.deleteAfter!.toISOString()}; until then: tenant undelete ${slug}`,
  );
}

export async function runUndelete(host: Host, slug: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  const undeleted = await undeleteOrganization(toolbox.fleet, id, by);
  print(host, json, describeChange(undeleted), () => `${slug} is ${undeleted.status}`);
}

async function lastBackup(
  { fleet, config }: FleetToolbox,
  flags: Flags,
  host: Host,
): Promise<DeleteOptions['finalBackup']> {
  if (flags.backup === undefined) return undefined;
  const key = await readLock(flags);
  return async (organization) => {
    using storage = await archiveStorage(config, flags.backup);
    await using admins = allAdminsOf(fleet);
    const { file } = await backupTenant(fleet, admins, organization, { storage, key, signal: host.signal });
    host.stderr.write(`last archive: ${file}\n`);
  };
}

async function drop(fleet: Fleet, id: string, host: Host): Promise<Receipt> {
  using bar = new ProgressBar(host, 'tables');
  return await purgeOrganization(fleet, id, {
    by,
    now: true,
    signal: host.signal,
    onProgress: ({ dropped, tables }) => bar.show(dropped / tables, dropped),
  });
}
