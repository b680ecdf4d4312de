import { getReceipt } from '../../fleet/deletion/receipt.ts';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { type AuditPage, type AuditRecord, listAudit } from '../../fleet/organizations/list-audit.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { print, table } from '../output.ts';
import type { Text } from '../text.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  tenant?: string;
  since?: Date;
  action?: string;
  before?: string;
  limit: number;
  json?: boolean;
}

export async function run(host: Host, { tenant, json, ...filter }: Flags): Promise<void> {
  await using toolbox = await host.openFleet();
  const organizationId = tenant === undefined ? undefined : await idOf(toolbox.catalog, tenant);
  const page = await listAudit(toolbox.catalog, { ...filter, organizationId });
  print(host, json, page, () => describe(page));
}

/** Throws TENANT_NOT_FOUND for a slug that no organization has or had. */
async function idOf(catalog: Catalog, slug: string): Promise<string> {
  try {
    return (await getOrganization(catalog, slug)).id;
  } catch (error) {
    const deleted = await getReceipt(catalog, slug).catch(() => undefined);
    if (!deleted) throw error;
    return deleted.organizationId;
  }
}

function describe({ entries, next }: AuditPage): Text {
  const rows = entries.map((entry) => [
    entry.at.toISOString(),
    entry.action,
    entry.outcome === 'SUCCESS' ? 'ok' : 'failed',
    actorOf(entry),
    entry.organizationId,
    JSON.stringify(entry.metadata),
  ]);
  const list = table(['AT', 'ACTION', 'OUTCOME', 'BY', 'ORGANIZATION', 'MORE'], rows);
  return next === null ? list : [list, `\nthere is more: add --before ${next}`];
}

const actorOf = ({ actorKind, actorId }: AuditRecord): string => (actorId ? `${actorKind} ${actorId}` : actorKind);
