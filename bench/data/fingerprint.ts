import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { migrationsRoot } from '../../src/tenancy/modules.ts';
import type { DatasetSpec } from './sizes.ts';

/** Changes whenever the data would be made differently: other migrations, another seed or another size. */
export function fingerprint({ size }: DatasetSpec): string {
  const hash = createHash('sha256').update(JSON.stringify(size));
  const migrations = readdirSync(migrationsRoot, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .sort();
  for (const file of migrations) hash.update(readFileSync(path.join(migrationsRoot, file)));
  for (const file of ['seed-tenant.ts', 'peer-functions.ts', 'sizes.ts']) {
    hash.update(readFileSync(path.join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
