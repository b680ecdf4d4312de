import type { Admin } from '../../db/admin.ts';
import { badArchive, type Manifest } from '../copy/manifest.ts';
import { cutParts, rowsOf, sha256 } from '../copy/parts.ts';
import { inSnapshot, type SnapshotSource } from '../copy/snapshot.ts';
import { copyOut } from '../copy/table-copy.ts';

/** Reads a copy back and compares it, part by part, with what the archive says. Throws BAD_INPUT when it is another. */
export function compareCopy(admin: Admin, source: SnapshotSource, { tables }: Manifest): Promise<void> {
  return inSnapshot(admin, source, async (tx, found) => {
    for (const table of found) {
      const parts = tables.find(({ name }) => name === table.name)?.parts ?? [];
      let n = 0;
      for await (const text of cutParts(copyOut(tx, source.schemaName, table))) {
        const part = parts[n++];
        if (part?.rows !== rowsOf(text) || part.sha256 !== sha256(text)) throw differs(table.name);
      }
      if (n !== parts.length) throw differs(table.name);
    }
  });
}

const differs = (table: string) => badArchive(`has rows of ${table} that are not what they become in a table`);
