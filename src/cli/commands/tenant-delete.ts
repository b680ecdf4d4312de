import { type Command, InvalidArgumentError } from 'commander';
import { backupTenant } from '../../fleet/archive/backup-tenant.ts';
import { type DeleteOptions, deleteOrganization } from '../../fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../../fleet/deletion/purge-organization.ts';
import type { Receipt } from '../../fleet/deletion/receipt.ts';
import { undeleteOrganization } from '../../fleet/deletion/undelete-organization.ts';
import { allAdminsOf, type Fleet } from '../../fleet/fleet.ts';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { badInput } from '../../lib/errors.ts';
import { readDuration } from '../../lib/read-text.ts';
import { addKeyOptions, type KeyFlags, readKey } from '../archive-key.ts';
import { describeChange } from '../describe-tenant.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';
import { describeReceipt, receiptAsJson } from './tenant-receipt.ts';

interface Flags extends KeyFlags {
  grace?: number;
  backup?: string;
  now?: boolean;
  yes?: string;
  json?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;
const longestGrace = 3650 * 86_400;

export function addTenantDelete(tenant: Command, host: Host): void {
  const command = tenant
    .command('delete <slug>')
    .description('Delete a company: access ends at once, the data goes after a time in which `undelete` takes it back.')
    .option('--grace <time>', 'how long it can be taken back: 12h, 30d (default: 30d)', readGrace)
    .option('--now', 'drop the data at once; nothing takes that back')
    .option('--yes <slug>', 'the slug again: needed with --now')
    .option('--backup <folder>', 'write a last archive there, once nobody can change the data any more')
    .option('--json', 'print one JSON document');
  addKeyOptions(command).action(async (slug: string, flags: Flags) => {
    const { grace, now, yes, json } = flags;
    if (now && yes !== slug) throw badInput(`To drop the data at once, add: --yes ${slug}`, 'yes');
    await using toolbox = await host.open();
    const { id } = await getOrganization(toolbox.catalog, slug);
    const finalBackup = await lastBackup(toolbox.fleet, flags, host);
    const doomed = await deleteOrganization(toolbox.fleet, id, { by, graceMs: grace && grace * 1000, finalBackup });
    if (now) {
      const receipt = await drop(toolbox.fleet, id, host);
      print(host, json, receiptAsJson(receipt), () => describeReceipt(receipt));
      return;
    }
    print(host, json, describeChange(doomed), () => `${slug} goes on ${doomed.deleteAfter!.toISOString()}`);
  });
  tenant
    .command('undelete <slug>')
    .description('Take a deletion back, before its time of grace is over.')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, { json }: Flags) => {
      await using toolbox = await host.open();
      const { id } = await getOrganization(toolbox.catalog, slug);
      const kept = await undeleteOrganization(toolbox.fleet, id, by);
      print(host, json, describeChange(kept), () => `${slug} is ${kept.status}`);
    });
}

async function lastBackup(fleet: Fleet, flags: Flags, host: Host): Promise<DeleteOptions['finalBackup']> {
  const { backup: folder } = flags;
  if (folder === undefined) return undefined;
  const key = await readKey(flags);
  return async (organization) => {
    await using admins = allAdminsOf(fleet);
    const { file } = await backupTenant(fleet, admins, organization, { folder, key, signal: host.signal });
    host.stderr.write(`last archive: ${file}\n`);
  };
}

async function drop(fleet: Fleet, id: string, host: Host): Promise<Receipt> {
  using bar = new ProgressBar(host.stderr, 'tables');
  return await purgeOrganization(fleet, id, {
    by,
    now: true,
    signal: host.signal,
    onProgress: ({ dropped, tables }) => bar.show(dropped / tables, dropped),
  });
}

function readGrace(text: string): number {
  const seconds = readDuration(text, 1, longestGrace);
  if (seconds === undefined) throw new InvalidArgumentError('a time such as 12h or 30d');
  return seconds;
}
