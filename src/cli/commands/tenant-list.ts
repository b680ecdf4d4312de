import { listTenants } from '../../fleet/organizations/list-tenants.ts';
import { isReady, listSpares } from '../../fleet/schemas/spares.ts';
import { describeTenant } from '../describe-tenant.ts';
import type { JsonFlag } from '../flags.ts';
import { print, table } from '../output.ts';
import { lines } from '../text.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const tenants = await listTenants(toolbox.catalog);
  const spares = (await listSpares(toolbox.catalog)).filter(isReady).length;
  const rows = tenants.map((each) => {
    const until = each.deleteAfter ? ` until ${each.deleteAfter.toISOString().slice(0, 10)}` : '';
    return [each.slug, each.name, each.status + until, each.database, each.schemaName, each.modules.size];
  });
  print(host, json, tenants.map(describeTenant), () =>
    lines([
      table(['SLUG', 'NAME', 'STATUS', 'DATABASE', 'SCHEMA', 'MODULES'], rows),
      ...(spares > 0 ? [`spares: ${spares}`] : []),
    ]),
  );
}
