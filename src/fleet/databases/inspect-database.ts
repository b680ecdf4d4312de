import { Admin, type AdminTx } from '../../db/admin.ts';
import { describeHosts, readAddress } from '../../db/database-address.ts';
import { isLoginRefused, isTlsRefused, toAppError } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';
import type { Installation } from '../../tenancy/installation.ts';
import { type DatabaseMark, ofComment } from './database-mark.ts';
import { Grantor } from './grantor.ts';

export type Connection = Pick<Installation, 'adminUrl' | 'lookup'> & {
  onStatement?: ((text: string) => void) | undefined;
};

const connectMs = 10_000;
const mostMs = 30_000;

/**
 * Connects to a database as its administrator and reads which installation it belongs to; undefined for an unused one.
 * Throws BAD_INPUT for a database that refuses the login, is too old, is not in UTF8, or is used for something else;
 * UNAVAILABLE for one that does not answer.
 */
export async function inspectDatabase({
  adminUrl,
  lookup,
  onStatement,
}: Connection): Promise<DatabaseMark | undefined> {
  await using admin = new Admin({ url: adminUrl, lookup, connectMs, ...(onStatement && { onStatement }) });
  try {
    return await admin.within(mostMs, () =>
      admin.transaction(async (tx) => {
        await Grantor.of(tx);
        return await markOf(tx);
      }),
    );
  } catch (error) {
    throw unusable(error, adminUrl);
  }
}

async function markOf(tx: AdminTx): Promise<DatabaseMark | undefined> {
  const [found] = await tx.run<{ ours: boolean; comment: string | null; foreign: string | null }>(
    `select to_regnamespace('chantier') is not null as ours,
      obj_description(to_regnamespace('chantier'), 'pg_namespace') as comment,
      (select min(n.nspname || coalesce('.' || c.relname, '')) from pg_namespace n left join pg_class c on c.relnamespace = n.oid
        where n.nspname = 'catalog' or n.nspname ~ '^tenant_' or (n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e'))) as foreign`,
  );
  if (!found?.ours) {
    if (found?.foreign) throw bad(`The database is not empty: it has ${found.foreign}`);
    return undefined;
  }
  const mark = ofComment(found.comment);
  if (!mark) throw bad('The database has a schema "chantier" that this program did not create');
  return mark;
}

/** Explains why a database cannot be used, without its password. Returns other errors unchanged. */
export function unusable(error: unknown, url: string): unknown {
  const { database, user } = readAddress(url);
  const place = `The database ${database} at ${describeHosts(url)}`;
  if (isLoginRefused(error)) return bad(`${place} refuses the login ${user}`, error);
  if (isTlsRefused(error)) return bad(`${place} cannot be trusted: ${reasonOf(error)}`, error);
  const known = toAppError(error);
  switch (known?.code) {
    case 'CONFIG_INVALID':
    case 'INSUFFICIENT_RIGHTS':
    case 'MIGRATION_FAILED':
    case 'SCHEMA_MISMATCH':
      return bad(known.message, error);
    case 'UNAVAILABLE':
    case 'CONNECTION_LOST':
      return new AppError(
        'UNAVAILABLE',
        `${place} does not accept connections: ${reasonOf(error)}`,
        {},
        { cause: error },
      );
    default:
      return error;
  }
}

const bad = (message: string, cause?: unknown): AppError =>
  new AppError('BAD_INPUT', message, { field: 'databaseUrl' }, { cause });

function reasonOf(error: unknown): string {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return root instanceof Error ? root.message || root.name : String(root);
}
