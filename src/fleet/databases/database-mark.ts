import { primaryDatabaseId } from '../../tenancy/installation.ts';

/** The installation of a database and its id there, from the comment on its schema `chantier`. */
export interface DatabaseMark {
  prefix: string;
  databaseId: string;
}

const pattern = /^installation (ch[0-9a-f]{8})(?: database ([0-9a-f-]{36}))?$/;

export const commentOf = ({ prefix, databaseId }: DatabaseMark): string =>
  databaseId === primaryDatabaseId ? `installation ${prefix}` : `installation ${prefix} database ${databaseId}`;

/** Undefined for a comment that this program did not write. */
export function ofComment(comment: string | null): DatabaseMark | undefined {
  const [, prefix, databaseId = primaryDatabaseId] = pattern.exec(comment ?? '') ?? [];
  return prefix === undefined ? undefined : { prefix, databaseId };
}
