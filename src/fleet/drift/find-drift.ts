import type { Admin } from '../../db/admin.ts';
import type { Migration } from '../../db/migration-files.ts';
import type { Ledger } from '../../db/migration-ledger.ts';
import type { Installation } from '../../tenancy/installation.ts';
import type { Admins } from '../admins.ts';
import { type RunStep, runOnce } from '../patience.ts';
import type { TenantSchema } from '../schemas/build-schema.ts';
import type { MigrationLines } from '../schemas/migration-lines.ts';
import { type Aspect, aspectNames } from './aspects.ts';
import { type ExpectedShape, expectedShape } from './expected-shape.ts';
import { type Definitions, definitionsOf, type Fingerprint, fingerprintsOf } from './shape.ts';

/** A difference between a schema and its migrations; an absent side means that the object does not exist there. */
export interface Difference {
  aspect: Aspect;
  name: string;
  expected?: string;
  found?: string;
}

export interface Drift {
  schemaName: string;
  /** Empty if the schema does not exist at all. */
  differences: Difference[];
  missing: boolean;
}

export interface DriftOptions {
  installation: Installation;
  lines: MigrationLines;
  /** The migrations applied to each schema of the database. */
  ledger: Ledger;
  signal?: AbortSignal | undefined;
  /** Runs each query; once by default. */
  runStep?: RunStep | undefined;
  onProgress?: ((checked: number) => void) | undefined;
}

/** Each page has a new connection, because a backend caches every relation that it has read. */
const pageSize = 100;

/**
 * Compares schemas of one database with the result of their applied migrations. Each set of migrations is run once, in
 * a transaction that is rolled back. Returns the schemas that differ. Skips schemas with migrations that this build
 * does not have. `signal` stops it between pages.
 */
export async function findDrift(
  connect: () => Admins,
  places: readonly TenantSchema[],
  options: DriftOptions,
): Promise<Drift[]> {
  const { installation, runStep = runOnce } = options;
  const withConnection = <T>(work: (admin: Admin) => Promise<T>) =>
    runStep(async () => {
      await using admins = connect();
      return await admins.use(work);
    });
  const found: Drift[] = [];
  let checked = 0;
  for (const { migrations, members } of bySetOfMigrations(places, options)) {
    const expected = await withConnection((admin) => expectedShape(admin, installation, migrations));
    for (let at = 0; at < members.length && !options.signal?.aborted; at += pageSize) {
      const page = members.slice(at, at + pageSize);
      found.push(...(await withConnection((admin) => comparePage(admin, page, expected))));
      checked += page.length;
      options.onProgress?.(checked);
    }
  }
  return found;
}

interface Group {
  migrations: readonly Migration[];
  members: TenantSchema[];
}

/** Most schemas have the same migrations, so they are compared with the same shape. */
function bySetOfMigrations(places: readonly TenantSchema[], { ledger, lines }: DriftOptions): Iterable<Group> {
  const known = new Map(lines.inOrder().map((migration) => [`${migration.line}/${migration.name}`, migration]));
  const groups = new Map<string, Group>();
  for (const place of places) {
    const applied = new Set((ledger.get(place.schemaName) ?? []).map(({ line, name }) => `${line}/${name}`));
    if ([...applied].some((name) => !known.has(name))) continue;
    const migrations = [...known].filter(([name]) => applied.has(name)).map(([, migration]) => migration);
    const key = migrations.map(({ line, name }) => `${line}/${name}`).join(' ');
    const group = groups.get(key) ?? { migrations, members: [] };
    groups.set(key, group);
    group.members.push(place);
  }
  return groups.values();
}

async function comparePage(admin: Admin, page: readonly TenantSchema[], expected: ExpectedShape): Promise<Drift[]> {
  const prints = await fingerprintsOf(admin, page);
  const drifts = new Map<string, Drift>();
  for (const { schemaName } of page.filter((place) => !prints.has(place.schemaName))) {
    drifts.set(schemaName, { schemaName, differences: [], missing: true });
  }
  for (const aspect of aspectNames) {
    const differing = page.filter(({ schemaName }) => differs(prints.get(schemaName), expected.fingerprint, aspect));
    if (differing.length === 0) continue;
    const definitions = await definitionsOf(admin, aspect, differing);
    for (const { schemaName } of differing) {
      const drift = drifts.get(schemaName) ?? { schemaName, differences: [], missing: false };
      drifts.set(schemaName, drift);
      drift.differences.push(...differencesOf(aspect, expected.definitions.get(aspect)!, definitions.get(schemaName)!));
    }
  }
  return [...drifts.values()];
}

const differs = (print: Fingerprint | undefined, expected: Fingerprint, aspect: Aspect): boolean =>
  print !== undefined && print.get(aspect) !== expected.get(aspect);

function differencesOf(aspect: Aspect, expected: Definitions, found: Definitions): Difference[] {
  const names = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return names.flatMap((name) => {
    const [should, is] = [expected.get(name), found.get(name)];
    if (should === is) return [];
    return [
      { aspect, name, ...(should !== undefined && { expected: should }), ...(is !== undefined && { found: is }) },
    ];
  });
}
