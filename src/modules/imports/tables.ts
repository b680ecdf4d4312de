import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant, primaryId, table } from '../../lib/columns.ts';

/** Numbers of rows created, updated and deleted, by GraphQL type. */
export interface ChangeCounts {
  created: Record<string, number>;
  updated: Record<string, number>;
  deleted: Record<string, number>;
}

/** A row of a file that was skipped, and the reason. */
export interface RefusedRow {
  line: number;
  reason: string;
  /** The file that contains the line, if a folder is imported. */
  file?: string;
}

/** Imports that changed something, and their progress. */
export const importRuns = table(
  'import_runs',
  {
    id: primaryId(),
    kind: text().notNull(),
    /** The name of the mapping; imported messages and time entries have the source `import:<source>`. */
    source: text().notNull(),
    fileName: text().notNull(),
    /**
     * Digest of the kind, the mapping and the contents of the files: an import is resumed only if they are the same.
     */
    fingerprint: text().notNull(),
    /**
     * Number of rows done, and after the last row also of deferred parts. Written in the transaction of the batch that
     * ends there.
     */
    rowsDone: integer().notNull().default(0),
    changes: jsonb().$type<ChangeCounts>().notNull(),
    /** Rows that the database has rejected so far: reading the file again would not find them. */
    refused: jsonb().$type<RefusedRow[]>().notNull().default([]),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    uniqueIndex('import_runs_unfinished').on(t.fingerprint).where(sql`${t.finishedAt} is null`),
    index('import_runs_started').on(t.startedAt),
    check('import_runs_rows_done', sql`${t.rowsDone} >= 0`),
  ],
);
