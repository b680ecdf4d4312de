import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { MigrationLines, migrationsRoot } from '../../src/fleet/schemas/migration-lines.ts';

export const later = '20990101000000_later';

/** Does work as the release after this one would, whose tasks have one more migration, or several by their names. */
export async function asNextRelease<T>(
  fleet: Fleet,
  more: string | Record<string, string>,
  work: (next: Fleet) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(path.join(tmpdir(), 'chantier-next-'));
  try {
    await cp(migrationsRoot, root, { recursive: true });
    for (const [name, statement] of Object.entries(typeof more === 'string' ? { [later]: more } : more)) {
      await mkdir(path.join(root, 'tasks', name));
      await writeFile(path.join(root, 'tasks', name, 'migration.sql'), statement);
    }
    return await work({ ...fleet, lines: new MigrationLines(root) });
  } finally {
    await rm(root, { recursive: true });
  }
}
