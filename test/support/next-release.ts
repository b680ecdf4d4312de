import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { MigrationLines, migrationsRoot } from '../../src/fleet/schemas/migration-lines.ts';

export const later = '20990101000000_later';

/** Does work as the release after this one would, whose tasks have one more migration. */
export async function asNextRelease<T>(fleet: Fleet, statement: string, work: (next: Fleet) => Promise<T>): Promise<T> {
  const root = await mkdtemp(path.join(tmpdir(), 'chantier-next-'));
  try {
    await cp(migrationsRoot, root, { recursive: true });
    await mkdir(path.join(root, 'tasks', later));
    await writeFile(path.join(root, 'tasks', later, 'migration.sql'), statement);
    return await work({ ...fleet, lines: new MigrationLines(root) });
  } finally {
    await rm(root, { recursive: true });
  }
}
