import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DatasetSpec } from './sizes.ts';

/**
 * Changes whenever the rows would be made differently. Tables are not recreated: later migrations are applied to them.
 */
export function fingerprint({ size }: DatasetSpec): string {
  const hash = createHash('sha256').update(JSON.stringify(size));
  for (const file of ['seed-tenant.ts', 'peer-functions.ts', 'sizes.ts']) {
    hash.update(readFileSync(path.join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
