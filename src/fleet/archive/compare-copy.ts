import type { Admin } from '../../db/admin.ts';
import { badArchive, type Manifest } from '../copy/manifest.ts';
import { countLines, cutParts, sha256 } from '../copy/parts.ts';
import { inSnapshot, type SnapshotSource } from '../copy/snapshot.ts';
import { copyOut } from '../copy/table-copy.ts';

/** Reads a copy back and compares each part with the manifest. Throws BAD_INPUT if they differ. */
export function compareCopy(admin: Admin, source: SnapshotSource, { tables }: Manifest): Promise<void> {
  return inSnapshot(admin, source, async (tx, found) => {
    for (const table of found) {
      const parts = tables.find(({ name }) => name === table.name)?.parts ?? [];
      let n = 0;
      for await (const text of cutParts(copyOut(tx, source.schemaName, table))) {
        const part = parts[n++];
        if (part?.rows !== countLines(text) || part.sha256 !== sha256(text)) throw differs(table.name);
      }
      if (n !== parts.length) throw differs(table.name);
    }
  });
}

const differs = (table: string) => badArchive(`has rows of ${table} that change when they are loaded`);
