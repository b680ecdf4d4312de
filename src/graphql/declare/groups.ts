import type { SQL } from 'drizzle-orm';
import type { TableName } from '../../access/row-rules.ts';

type Arguments = Record<string, unknown>;

/** A root field that aggregates the rows of a table, described for the compiler. */
export interface GroupsDeclaration {
  table: TableName;
  /** The filter of the rows. */
  where(args: Arguments): object | undefined;
  /** The statement that groups the matching rows, and the names of its columns. */
  rows(args: Arguments, matching: SQL | undefined, limit: unknown): { columns: readonly string[]; sql: SQL };
  /** The maximum number of groups. Throws BAD_INPUT for an invalid number. */
  limit(args: Arguments): number;
}

/** The extensions of a field with a `GroupsDeclaration`. Its `resolve` must run the same statement. */
export const groupsOf = (declaration: GroupsDeclaration): { chantierGroups: GroupsDeclaration } => ({
  chantierGroups: declaration,
});

/** The extensions of a field that returns the same group as another type. */
export const sameGroup = { chantierSameGroup: true } as const;

/** The extensions of a field that returns the row whose id is a column of the group. */
export const rowOfGroup = (column: string): { chantierRowOfGroup: string } => ({ chantierRowOfGroup: column });
