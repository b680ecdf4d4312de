import { type Command, InvalidArgumentError } from 'commander';
import { getReceipt } from '../../fleet/deletion/receipt.ts';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { type AuditPage, type AuditRecord, listAudit } from '../../fleet/organizations/list-audit.ts';
import { later } from '../../lib/clock.ts';
import { badInput } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import { readDuration, readWhole } from '../../lib/read-text.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

interface Flags {
  tenant?: string;
  since?: Date;
  action?: string;
  before?: string;
  limit: number;
  json?: boolean;
}

const mostEntries = 1000;
const longestAgo = 36_500 * 86_400;

export function addAudit(program: Command, host: Host): void {
  program
    .command('audit')
    .description('Read the audit log, the newest entries first: who did what to which company.')
    .option('--tenant <slug>', 'of one company, also of one that was deleted')
    .option(
      '--since <time>',
      'from a day or an instant (2026-05-01, 2026-05-01T08:00Z), or so long ago (12h, 7d)',
      readSince,
    )
    .option('--action <name>', 'entries of one kind, such as organization.deleted')
    .option('--limit <n>', 'how many at most', readLimit, 100)
    .option('--before <id>', 'go on where a page ended: its `next`', readId)
    .option('--json', 'print one JSON document')
    .action(async ({ tenant, json, ...filter }: Flags) => {
      await using toolbox = await host.open();
      const organizationId = tenant === undefined ? undefined : await idOf(toolbox.catalog, tenant);
      const page = await listAudit(toolbox.catalog, { ...filter, organizationId });
      print(host, json, page, () => describe(page));
    });
}

/** Throws TENANT_NOT_FOUND for a slug that no company has or had. */
async function idOf(catalog: Catalog, slug: string): Promise<string> {
  try {
    return (await getOrganization(catalog, slug)).id;
  } catch (error) {
    const deleted = await getReceipt(catalog, slug).catch(() => undefined);
    if (!deleted) throw error;
    return deleted.organizationId;
  }
}

function describe({ entries, next }: AuditPage): string {
  const rows = entries.map((entry) => [
    entry.at.toISOString(),
    entry.action,
    entry.outcome === 'SUCCESS' ? 'ok' : 'failed',
    actorOf(entry),
    entry.organizationId,
    JSON.stringify(entry.metadata),
  ]);
  const list = table(['AT', 'ACTION', 'OUTCOME', 'BY', 'COMPANY', 'MORE'], rows);
  return next === null ? list : `${list}\nthere is more: add --before ${next}`;
}

const actorOf = ({ actorKind, actorId }: AuditRecord): string => (actorId ? `${actorKind} ${actorId}` : actorKind);

function readSince(text: string): Date {
  const ago = readDuration(text, 1, longestAgo);
  const time = ago === undefined ? new Date(text) : later(new Date(), -ago * 1000);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('a day, an instant, or a time such as 12h or 7d');
  return time;
}

function readLimit(text: string): number {
  const limit = readWhole(text, 1, mostEntries);
  if (limit === undefined) throw new InvalidArgumentError(`a whole number from 1 to ${mostEntries}`);
  return limit;
}

function readId(text: string): string {
  if (!isUuid(text)) throw badInput('This is not the `next` of a page', 'before');
  return text;
}
