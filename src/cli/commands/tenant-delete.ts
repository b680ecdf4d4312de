import { type Command, InvalidArgumentError } from 'commander';
import { badInput } from '../../lib/errors.ts';
import { readDuration } from '../../lib/read-text.ts';
import { deleteOrganization } from '../../tenancy/deletion/delete-organization.ts';
import { purgeOrganization } from '../../tenancy/deletion/purge-organization.ts';
import type { Receipt } from '../../tenancy/deletion/receipt.ts';
import { undeleteOrganization } from '../../tenancy/deletion/undelete-organization.ts';
import type { Fleet } from '../../tenancy/fleet.ts';
import { getOrganization } from '../../tenancy/get-organization.ts';
import { describeChange } from '../describe-tenant.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';
import { describeReceipt, receiptAsJson } from './tenant-receipt.ts';

interface Flags {
  grace?: number;
  now?: boolean;
  yes?: string;
  json?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;
const longestGrace = 3650 * 86_400;

export function addTenantDelete(tenant: Command, host: Host): void {
  tenant
    .command('delete <slug>')
    .description('Delete a company: access ends at once, the data goes after a time in which `undelete` takes it back.')
    .option('--grace <time>', 'how long it can be taken back: 12h, 30d (default: 30d)', readGrace)
    .option('--now', 'drop the data at once; nothing takes that back')
    .option('--yes <slug>', 'the slug again: needed with --now')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, { grace, now, yes, json }: Flags) => {
      if (now && yes !== slug) throw badInput(`To drop the data at once, add: --yes ${slug}`, 'yes');
      await using toolbox = await host.open();
      const { id } = await getOrganization(toolbox.catalog, slug);
      const doomed = await deleteOrganization(toolbox.fleet, id, { by, graceMs: grace && grace * 1000 });
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
