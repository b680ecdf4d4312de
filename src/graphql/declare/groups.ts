import type { SQL } from 'drizzle-orm';
import type { TableName } from '../../access/row-rules.ts';

type Arguments = Record<string, unknown>;

/** A root field that sums up the rows of a table: what a compiled query has to know of it. */
export interface GroupsDeclaration {
  table: TableName;
  /** Which rows, as a filter of the table. */
  where(args: Arguments): object | undefined;
  /** The statement of the groups over the rows that match, and the names of its columns. */
  rows(args: Arguments, matching: SQL | undefined, limit: unknown): { columns: readonly string[]; sql: SQL };
  /** How many groups at most. Throws BAD_INPUT for a number that is refused. */
  limit(args: Arguments): number;
}

/** The extensions of such a field: `resolve` runs this very statement. */
export const groupsOf = (declaration: GroupsDeclaration): { chantierGroups: GroupsDeclaration } => ({
  chantierGroups: declaration,
});

/** The extensions of a field that shows the same group as another type. */
export const sameGroup = { chantierSameGroup: true } as const;

/** The extensions of a field that shows the row whose id is a column of the group. */
export const rowOfGroup = (column: string): { chantierRowOfGroup: string } => ({ chantierRowOfGroup: column });
