import { rewindTenant } from '../../fleet/archive/rewind-tenant.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { copyMembers } from '../../identity/members-of-copy.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines } from '../text.ts';
import type { Host } from '../toolbox.ts';
import { ownerOf } from './tenant-restore.ts';

export interface Flags {
  to: string | Date;
  as: string;
  name?: string;
  owner?: string;
  members?: boolean;
  json?: boolean;
}

export async function run(host: Host, slug: string, flags: Flags): Promise<void> {
  const { to, as, name, owner, json } = flags;
  await using toolbox = await host.open();
  const source = await toolbox.directory.getBySlug(slug);
  const members = flags.members ? copyMembers(toolbox.identity, source.id) : await ownerOf(toolbox, owner);
  const { rowsOf, lost } = await host.loadRewinding();
  await using admins = allAdminsOf(toolbox.fleet);
  using bar = new ProgressBar(host, 'bytes');
  const { slug: made, moment } = await rewindTenant(toolbox.fleet, admins, source, {
    ...members,
    ...{ to, rowsOf, name, slug: as, signal: host.signal },
    onProgress: ({ bytes, totalBytes }) => bar.show(bytes / totalBytes, bytes),
  });
  const rewound = await getTenantOverview(toolbox.catalog, made);
  print(host, json, { ...describeTenant(rewound), to: moment.at, notRewound: lost }, () =>
    lines([
      `made ${made} in ${rewound.schemaName}: ${slug} as it was at ${moment.at}`,
      '',
      'Not rewound, because the log does not have it:',
      table(
        ['TABLE', 'COLUMN', 'WHAT IT IS NOW'],
        lost.map(({ table: of, column = '', becomes }) => [of, column, becomes]),
      ),
    ]),
  );
}
