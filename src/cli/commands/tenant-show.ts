import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { describeTenant } from '../describe-tenant.ts';
import type { JsonFlag } from '../flags.ts';
import { fields, print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, slug: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const found = describeTenant(await getTenantOverview(toolbox.catalog, slug));
  const shown = Object.entries(found).map(([key, value]) => [key, textOf(value)] as const);
  print(host, json, found, () => fields(shown));
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (value instanceof Date) return value.toISOString();
  return String(value ?? '-');
}
