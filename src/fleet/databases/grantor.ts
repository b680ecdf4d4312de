import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { isPermissionDenied } from '../../db/pg-errors.ts';
import { AppError } from '../../lib/errors.ts';

interface Facts {
  version: number;
  login: string;
  database: string;
  encoding: string;
}

const oldestVersion = 150000;
/** Describes a missing right in an error message. */
export const ownerOfDatabase = 'to own the database (or a superuser)';

/**
 * Creates roles and grants rights in one transaction of the administrator's login. A missing right is reported by name
 * rather than as an SQLSTATE.
 */
export class Grantor {
  readonly tx: AdminTx;
  readonly login: string;
  readonly database: string;
  readonly #version: number;

  private constructor(tx: AdminTx, facts: Facts) {
    this.tx = tx;
    this.login = facts.login;
    this.database = facts.database;
    this.#version = facts.version;
  }

  /** Throws CONFIG_INVALID if the server is older than PostgreSQL 15 or the database's encoding is not UTF8. */
  static async of(tx: AdminTx): Promise<Grantor> {
    const [facts] = await tx.run<Facts>(
      `select current_setting('server_version_num')::int as version, current_user::text as login, current_database()::text as database, getdatabaseencoding()::text as encoding`,
    );
    if (facts!.version < oldestVersion) {
      const found = Math.floor(facts!.version / 10_000);
      throw new AppError('CONFIG_INVALID', `PostgreSQL 15 or newer is needed; this server is ${found}`);
    }
    if (facts!.encoding !== 'UTF8') {
      throw new AppError(
        'CONFIG_INVALID',
        `The database ${facts!.database} has the encoding ${facts!.encoding}; it must be UTF8`,
      );
    }
    return new Grantor(tx, facts!);
  }

  /** Runs a statement. If permission is denied, throws INSUFFICIENT_RIGHTS with the name of the missing right. */
  async run(right: string, statement: string): Promise<void> {
    try {
      await this.tx.run(statement);
    } catch (error) {
      if (!isPermissionDenied(error)) throw error;
      throw this.lacks(right, error);
    }
  }

  lacks(right: string, cause?: unknown): AppError {
    return new AppError(
      'INSUFFICIENT_RIGHTS',
      `The administrator's login ${this.login} cannot set up the database ${this.database}: it needs ${right}`,
      { right },
      { cause },
    );
  }

  /** Runs a query with one row and one boolean column named `is`; returns its value. */
  async is(query: string, params: unknown[] = []): Promise<boolean> {
    const [row] = await this.tx.run<{ is: boolean | null }>(query, params);
    return row?.is === true;
  }

  async createRole(role: string, attributes: string): Promise<void> {
    if (await this.is(`select exists (select from pg_roles where rolname = $1) as is`, [role])) return;
    await this.run('CREATEROLE (or a superuser)', `create role ${quoteIdentifier(role)} ${attributes}`);
  }

  /**
   * Lets this login switch to a role that it created: from PostgreSQL 16 on, creating a role only gives the right to
   * grant it.
   */
  async join(role: string): Promise<void> {
    if (await this.is(`select pg_has_role(current_user, $1, $2) as is`, [role, this.#settable])) return;
    await this.run(`ADMIN OPTION on the role ${role}`, `grant ${quoteIdentifier(role)} to current_user`);
  }

  /** Lets a login switch to a role without inheriting its rights. */
  async grantRole(role: string, login: string): Promise<void> {
    if (await this.is(`select pg_has_role($1, $2, $3) as is`, [login, role, this.#settable])) return;
    const how = this.#version >= 160000 ? ' with inherit false, set true' : '';
    await this.run(
      `ADMIN OPTION on the role ${role}`,
      `grant ${quoteIdentifier(role)} to ${quoteIdentifier(login)}${how}`,
    );
  }

  /** Lets a login connect to this database. */
  async letConnect(login: string): Promise<void> {
    if (await this.is(`select has_database_privilege($1, current_database(), 'connect') as is`, [login])) return;
    const grant = `grant connect on database ${quoteIdentifier(this.database)} to ${quoteIdentifier(login)}`;
    await this.run(ownerOfDatabase, grant);
  }

  get #settable(): string {
    return this.#version >= 160000 ? 'SET' : 'MEMBER';
  }
}
