import type { Admin } from '../../db/admin.ts';
import { ByteSource } from '../../lib/byte-source.ts';
import { badArchive, type Manifest } from '../copy/manifest.ts';
import { countLines, sha256 } from '../copy/parts.ts';
import { inSnapshot, type SnapshotSource } from '../copy/snapshot.ts';
import { copyOut } from '../copy/table-copy.ts';

/** Reads a copy back and compares each part with the manifest. Throws BAD_INPUT if they differ. */
export function compareCopy(admin: Admin, source: SnapshotSource, { tables }: Manifest): Promise<void> {
  return inSnapshot(admin, source, async (tx, found) => {
    for (const table of found) {
      const parts = tables.find(({ name }) => name === table.name)?.parts ?? [];
      await using text = new ByteSource(copyOut(tx, source.schemaName, table));
      for (const part of parts) {
        const rows = await text.take(part.bytes);
        if (part.rows !== countLines(rows) || part.sha256 !== sha256(rows)) throw differs(table.name);
      }
      if ((await text.take(1)).length > 0) throw differs(table.name);
    }
  });
}

const differs = (table: string) => badArchive(`has rows of ${table} that change when they are loaded`);
