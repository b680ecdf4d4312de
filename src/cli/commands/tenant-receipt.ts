import { getReceipt, isGenuine, type Receipt } from '../../fleet/deletion/receipt.ts';
import { decodeGlobalId } from '../../graphql/declare/global-id.ts';
import { AppError } from '../../lib/errors.ts';
import { organizationId } from '../describe-tenant.ts';
import type { JsonFlag } from '../flags.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, slugOrId: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const wanted = slugOrId.includes(':') ? decodeGlobalId(slugOrId).id : slugOrId;
  const receipt = await getReceipt(toolbox.catalog, wanted);
  if (!isGenuine(receipt)) throw new AppError('INVALID_STATE', 'This receipt was changed after it was written');
  print(host, json, receiptAsJson(receipt), () => describeReceipt(receipt));
}

export const receiptAsJson = (receipt: Receipt) => ({
  ...receipt,
  organizationId: organizationId(receipt.organizationId),
});

/** For people. */
export function describeReceipt(receipt: Receipt): string {
  const catalog = Object.entries(receipt.catalog).filter(([, rows]) => rows > 0);
  return [
    `deleted     ${receipt.slug} (${receipt.name}), ${organizationId(receipt.organizationId)}`,
    `asked for   ${receipt.requestedAt} by ${receipt.requestedBy}`,
    `dropped     ${receipt.droppedAt}`,
    `schema      ${receipt.schemaName}: ${receipt.tables} tables, ${receipt.rows} rows, ${receipt.bytes} bytes`,
    `catalog     ${catalog.map(([table, rows]) => `${rows} ${table}`).join(', ') || 'nothing more'}`,
    `sha256      ${receipt.sha256}`,
  ].join('\n');
}
