import type { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { Raw } from '../tenancy/raw.ts';
import { World } from '../tenancy/world.ts';

/** Tables that refer to each other in a line, `count` of them. */
export const chainOfTables = (count: number): string =>
  Array.from({ length: count }, (_, n) => {
    const reference = n === 0 ? '' : ` REFERENCES "t${n - 1}" ("id")`;
    return `CREATE TABLE "t${n}" ("id" uuid PRIMARY KEY, "before" uuid${reference}, "note" text)`;
  }).join(';\n--> statement-breakpoint\n');

/** An installation of its own, seen by its superuser too. */
export class Estate implements AsyncDisposable {
  readonly world: World;
  readonly admin: Raw;

  private constructor(world: World) {
    this.world = world;
    this.admin = new Raw(world.database.url);
  }

  static async of(lines: MigrationLines): Promise<Estate> {
    return new Estate(await World.create(lines));
  }

  /** What there is of a tenant's schema in the database, wherever it is in being dropped. */
  async remains({ schemaName, roleName }: Pick<Tenant, 'schemaName' | 'roleName'>): Promise<Record<string, number>> {
    const [row] = await this.admin.run(`select
      (select count(*)::int from pg_namespace where nspname in ('${schemaName}', 'dropping_${schemaName}')) as schemas,
      (select count(*)::int from pg_roles where rolname = '${roleName}') as roles,
      (select count(*)::int from chantier.tenant_migrations where schema_name = '${schemaName}') as ledger,
      (select count(*)::int from catalog.tenant_schemas where schema_name = '${schemaName}') as rows`);
    return { ...row };
  }

  /** Says in the catalog that the schema of a tenant serves nobody, as if another copy had taken its place. */
  async retire({ schemaName }: Pick<Tenant, 'schemaName'>): Promise<void> {
    await this.admin.run(`update catalog.tenant_schemas set state = 'RETAINED' where schema_name = '${schemaName}'`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.admin[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Nothing is left of a tenant's schema. */
export const nothing = { schemas: 0, roles: 0, ledger: 0, rows: 0 };

/** Another process that dies at its n-th statement: that one and all later ones are never sent. */
export function dyingAt(world: World, n: number): { victim: World; sent: () => number } {
  let count = 0;
  const victim = world.anotherProcess(() => {
    if (++count >= n) throw new Error('died');
  });
  return { victim, sent: () => count };
}

/** At which of its statements a process dies: evenly over all, the last too. LIVES_DEATHS says at how many. */
export function pointsOfDeath(statements: number): number[] {
  const deaths = Math.min(statements, Number(process.env.LIVES_DEATHS ?? 12));
  return Array.from({ length: deaths }, (_, n) => Math.ceil(((n + 1) * statements) / deaths));
}
