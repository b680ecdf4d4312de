import type { Admin, AdminTx } from '../db/admin.ts';
import { quoteIdentifier } from '../db/identifier.ts';
import type { Installation } from '../tenancy/installation.ts';
import type { Tenant } from '../tenancy/tenant.ts';

export interface Column {
  table: string;
  name: string;
  type: string;
}

/** Checksum of all rows and columns of a table, a sequence, or the organization's rows in a table of the catalog. */
export interface Checksum {
  name: string;
  rows: number;
  sum: string;
}

/**
 * The organization's rows in the catalog. The time a key was last used is neither secret nor damage, so it is left out.
 */
const catalogParts: readonly { table: string; where: string }[] = [
  { table: 'organizations', where: 'id = $1' },
  { table: 'organization_settings', where: 'organization_id = $1' },
  { table: 'user_organizations', where: 'organization_id = $1' },
  { table: 'api_keys', where: 'organization_id = $1' },
  { table: 'join_codes', where: 'organization_id = $1' },
  { table: 'organization_invitations', where: 'organization_id = $1' },
  { table: 'permissions', where: 'organization_id = $1' },
  { table: 'client_versions', where: 'organization_id = $1' },
  { table: 'trusted_documents', where: 'organization_id = $1' },
];

const qualifiedName = (schema: string, table: string): string => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

/** Reads a tenant's schema directly as the owner of the tables, without the product's own layers. */
export class TenantRows {
  readonly #admin: Admin;
  readonly #installation: Installation;
  readonly #tenant: Tenant;

  constructor(admin: Admin, installation: Installation, tenant: Tenant) {
    this.#admin = admin;
    this.#installation = installation;
    this.#tenant = tenant;
  }

  /** Runs statements as the owner. */
  asOwner<T>(work: (tx: AdminTx) => Promise<T>): Promise<T> {
    return this.#as(this.#installation.roles.owner, work);
  }

  /** The writable columns of all tables. */
  columns(): Promise<Column[]> {
    return this.asOwner((tx) =>
      tx.run<Column>(
        `select c.relname::text as table, a.attname::text as name, format_type(a.atttypid, null) as type
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = '' and a.atttypid <> 'tsvector'::regtype and a.attidentity <> 'a'
        order by c.relname, a.attnum`,
        [this.#tenant.schemaName],
      ),
    );
  }

  /** Checksums of every table and sequence, and of the organization's rows in the catalog. */
  async checksums(): Promise<Checksum[]> {
    const { schemaName, id } = this.#tenant;
    const tables = [...new Set((await this.columns()).map(({ table }) => table))];
    const ofTables = tables.map((table) => checksumOf(table, qualifiedName(schemaName, table), 't::text'));
    const own = await this.asOwner(async (tx) => [
      ...(await tx.run<Checksum>(ofTables.join(' union all '))),
      ...(await tx.run<Checksum>(
        `select sequencename::text as name, 1 as rows, coalesce(last_value::text, '') as sum from pg_sequences where schemaname = $1`,
        [schemaName],
      )),
    ]);
    const ofCatalog = await this.#as(this.#installation.roles.catalogOwner, async (tx) => {
      const found: Checksum[] = [];
      for (const { table, where } of catalogParts) {
        const rows = `(select * from ${qualifiedName('catalog', table)} where ${where})`;
        found.push(
          ...(await tx.run<Checksum>(checksumOf(`catalog ${table}`, rows, `(to_jsonb(t) - 'last_used_at')::text`), [
            id,
          ])),
        );
      }
      return found;
    });
    return [...own, ...ofCatalog];
  }

  /** All UUIDs in the tenant's tables. */
  async uuids(): Promise<Set<string>> {
    const columns = (await this.columns()).filter(({ type }) => type === 'uuid');
    const parts = columns.map(
      ({ table, name }) =>
        `select ${quoteIdentifier(name)}::text as id from ${qualifiedName(this.#tenant.schemaName, table)}`,
    );
    const rows = await this.asOwner((tx) => tx.run<{ id: string | null }>(parts.join(' union ')));
    return new Set(rows.flatMap(({ id }) => (id === null ? [] : [id])));
  }

  #as<T>(role: string, work: (tx: AdminTx) => Promise<T>): Promise<T> {
    return this.#admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [role]);
      return work(tx);
    });
  }
}

/** Sorts the rows independently of collations. */
const checksumOf = (name: string, rows: string, text: string): string =>
  `select '${name}' as name, count(*)::int as rows, md5(coalesce(string_agg(${text}, chr(10) order by ${text} collate "C"), '')) as sum from ${rows} t`;

/** The names of tables and sequences that changed. */
export function changesBetween(before: readonly Checksum[], after: readonly Checksum[]): string[] {
  const known = new Map(before.map(({ name, rows, sum }) => [name, `${rows} ${sum}`]));
  return after.flatMap(({ name, rows, sum }) => (known.get(name) === `${rows} ${sum}` ? [] : [name]));
}
