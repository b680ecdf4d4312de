import { randomBytes } from 'node:crypto';
import type { Admin, AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { Migration } from '../../db/migration-files.ts';
import { allOf, statementsOf } from '../../db/migrator.ts';
import { type Installation, tenantSchemaOf } from '../../tenancy/installation.ts';
import { makeSchema, type TenantSchema } from '../schemas/build-schema.ts';
import { tenantTarget } from '../schemas/targets.ts';
import { type Aspect, aspectNames } from './aspects.ts';
import { type Definitions, definitionsOf, type Fingerprint, fingerprintsOf } from './shape.ts';

/** The shape of a schema that was created by these migrations alone. */
export interface ExpectedShape {
  fingerprint: Fingerprint;
  definitions: ReadonlyMap<Aspect, Definitions>;
}

/**
 * Creates a schema by the migrations and reads its shape, in one transaction that is rolled back: no other session ever
 * sees the schema, no caches are invalidated, and an interruption leaves nothing.
 */
export function expectedShape(
  admin: Admin,
  installation: Installation,
  migrations: readonly Migration[],
): Promise<ExpectedShape> {
  const place = tenantSchemaOf(installation.prefix, `scratch${randomBytes(6).toString('hex')}`);
  return rolledBack(admin, async (tx) => {
    await tx.run(`create role ${quoteIdentifier(place.roleName)} nologin noinherit`);
    await makeSchema(tx, place, installation.roles.owner);
    await build(tx, installation, place, migrations);
    const fingerprint = (await fingerprintsOf(tx, [place])).get(place.schemaName) ?? new Map<Aspect, string>();
    const definitions = new Map<Aspect, Definitions>();
    for (const aspect of aspectNames) {
      definitions.set(aspect, (await definitionsOf(tx, aspect, [place])).get(place.schemaName)!);
    }
    return { fingerprint, definitions };
  });
}

async function build(
  tx: AdminTx,
  { roles }: Installation,
  place: TenantSchema,
  migrations: readonly Migration[],
): Promise<void> {
  const target = tenantTarget(roles, place);
  const path = target.searchPath.map(quoteIdentifier).join(', ');
  await tx.run(`select set_config('role', $1, true), set_config('search_path', $2, true)`, [roles.owner, path]);
  for (const migration of migrations) {
    await allOf(statementsOf(target, migration).map((statement) => tx.run(statement)));
  }
  // With an empty search_path, definitions contain qualified names
  await tx.run(`select set_config('role', 'none', true), set_config('search_path', '', true)`);
}

/** Runs `work` in a transaction and rolls it back. */
async function rolledBack<T>(admin: Admin, work: (tx: AdminTx) => Promise<T>): Promise<T> {
  const done = Promise.withResolvers<T>();
  const undo = new Error('Rolled back on purpose');
  const ended = admin.transaction(async (tx) => {
    done.resolve(await work(tx));
    throw undo;
  });
  await ended.catch((error: unknown) => {
    if (error !== undo) throw error;
  });
  return await done.promise;
}
