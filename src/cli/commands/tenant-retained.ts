import { allAdminsOf } from '../../fleet/fleet.ts';
import { dropRetained } from '../../fleet/retained/drop-retained.ts';
import { getRetained, listRetained, type RetainedCopy } from '../../fleet/retained/list-retained.ts';
import { restoreRetained } from '../../fleet/retained/restore-retained.ts';
import { keepMembers } from '../../identity/members-of-copy.ts';
import { archiveStorage } from '../archive-storage.ts';
import type { JsonFlag } from '../flags.ts';
import { print, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

export interface DropFlags extends JsonFlag {
  schema?: string;
}

export interface RestoreFlags extends DropFlags {
  safetyTo?: string;
  safety: boolean;
  destroyIssued?: boolean;
}

export async function run(host: Host, slug: string | undefined, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.open();
  const copies = (await listRetained(toolbox.catalog, slug)).map(shown);
  const rows = copies.map(({ slug, database, schema, retainedSince, droppedAfter }) => [
    ...[slug, database, schema, retainedSince.toISOString(), droppedAfter?.toISOString()],
  ]);
  print(host, json, copies, () => table(['SLUG', 'DATABASE', 'SCHEMA', 'SINCE', 'DROPPED AFTER'], rows));
}

export async function runRestore(host: Host, slug: string, flags: RestoreFlags): Promise<void> {
  await using toolbox = await host.open();
  const { fleet, catalog, directory, identity, config } = toolbox;
  const copy = await getRetained(catalog, slug, flags.schema);
  using bar = new ProgressBar(host, 'bytes');
  await using admins = allAdminsOf(fleet);
  const { safetyArchive = null, retainedUntil } = await restoreRetained({ fleet, directory, admins }, copy, {
    ...keepMembers(identity),
    safety: flags.safety ? { storage: await archiveStorage(config, flags.safetyTo) } : null,
    destroyIssued: flags.destroyIssued,
    signal: host.signal,
    onProgress: ({ bytes, totalBytes }) => bar.show(bytes / totalBytes, bytes),
  });
  const saved = safetyArchive ? `; its previous state: ${safetyArchive}` : '';
  const result = { ...shown(copy), safetyArchive, retainedUntil };
  print(host, flags.json, result, () => `restored ${slug} from ${copy.schemaName}${saved}`);
}

export async function runDrop(host: Host, slug: string, { schema, json }: DropFlags): Promise<void> {
  await using toolbox = await host.open();
  const copy = await getRetained(toolbox.catalog, slug, schema);
  await dropRetained(toolbox.fleet, copy, { actor: { kind: 'SYSTEM' } });
  print(host, json, shown(copy), () => `dropped ${copy.schemaName} of ${slug}`);
}

const shown = ({ slug, database, schemaName: schema, retainedSince, droppedAfter }: RetainedCopy) => ({
  ...{ slug, database, schema, retainedSince, droppedAfter },
});
