import { is } from 'drizzle-orm';
import { getTableConfig, PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { checkNames } from '../../src/fleet/doctor/check-names.ts';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { coreModules, optionalModules } from '../../src/tenancy/modules.ts';
import { world } from '../support/world.ts';
import { createClient, createProject } from './support.ts';

const server = await world();
const acme = await server.company();
const create = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }';
const update = 'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { name } } }';
const taken = { code: 'ALREADY_EXISTS', field: 'input.name' };

describe('a project', () => {
  it.each([
    ['boutique EN ligne', 'Boutique en ligne'],
    ['MÜNCHEN', 'mu\u0308nchen'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['two  words', 'TWO\u00a0WORDS'],
    ['one word', 'one\u200b word\u200b'],
  ])('is not named %s beside %s', async (name, other) => {
    const manager = await acme.as('MANAGER');
    const clientId = await createClient(manager);
    const id = await createProject(manager, { name, clientId });
    const refused = async (query: string, input: object) =>
      (await manager.graphql(query, { input })).errors[0]?.extensions;
    const input = { name: other, clientId, startDate: '2026-01-01' };
    expect(await refused(create, input)).toMatchObject(taken);
    expect(await refused(update, { id: await createProject(manager), name: other })).toMatchObject(taken);
    // Its own name in another form
    await manager.ok(update, { input: { id, name: other } });
  });
});

it('a code is unique regardless of case, and numbering skips it', async () => {
  const manager = await (await server.company('Codes')).as('MANAGER');
  const clientId = await createClient(manager);
  const coded = (name: string, code?: string) => ({ input: { name, clientId, startDate: '2026-01-01', code } });
  await manager.ok(create, coded('One', 'prj-0001'));
  const { errors } = await manager.graphql(create, coded('Two', 'PRJ-0001'));
  expect(errors[0]?.extensions).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.code' });
  await manager.ok(create, coded('Two'));
  const { projects } = await manager.ok('{ projects(orderBy: { field: CREATED_AT }) { nodes { code } } }');
  expect(projects.nodes.map(({ code }: { code: string }) => code)).toEqual(['prj-0001', 'PRJ-0002']);
});

const inSchema = (admin: Admin, schemaName: string, statements: readonly string[]) =>
  admin.transaction(async (tx) => {
    await tx.run(`set local search_path = ${schemaName}`);
    for (const statement of statements) await tx.run(statement);
  });

it('older duplicate names stay until they are renamed, and the doctor reports them', async () => {
  const company = await server.company('Doubles');
  const manager = await company.as('MANAGER');
  const { schemaName, slug } = company.tenant;
  await using admin = new Admin({ url: server.app.installation.adminUrl });
  const report = async () =>
    (await checkNames({ name: 'primary', admin, slugs: new Map([[schemaName, slug]]) })).filter(
      ({ subject }) => subject === slug,
    );
  // As it was before the migration; then the migration
  await inSchema(admin, schemaName, [
    'alter table projects drop column grandfathered_name, drop column grandfathered_code',
  ]);
  const names = ['Boutique en ligne', 'boutique EN ligne', 'Other'];
  const clientId = await createClient(manager);
  await inSchema(
    admin,
    schemaName,
    names.map((name, n) => oldProject(name, n, clientId)),
  );
  for (const end of ['names_without_case', 'codes_without_case']) {
    const migration = new MigrationLines().ofTenant().find(({ name }) => name.endsWith(end))!;
    await inSchema(admin, schemaName, migration.statements);
  }

  const nodes = (await manager.ok('{ projects(orderBy: { field: CREATED_AT }) { nodes { id name } } }')).projects.nodes;
  expect(nodes.map(({ name }: { name: string }) => name)).toEqual(names);
  expect(await report()).toEqual([
    {
      check: 'names',
      severity: 'WARNING',
      database: 'primary',
      subject: slug,
      message: 'projects whose code differs from another one only in case: "old-0"',
    },
    {
      check: 'names',
      severity: 'WARNING',
      database: 'primary',
      subject: slug,
      message: 'projects whose name differs from another one only in case: "boutique EN ligne"',
    },
  ]);
  const { errors } = await manager.graphql(create, {
    input: { name: 'BOUTIQUE en ligne', clientId, startDate: '2026-01-01' },
  });
  expect(errors[0]?.extensions).toMatchObject(taken);
  // The double may change otherwise, and gets no other name that is taken
  const [, double] = nodes;
  await manager.ok(update, { input: { id: double.id, description: 'Changed' } });
  const other = await manager.graphql(update, { input: { id: double.id, name: 'OTHER' } });
  expect(other.errors[0]?.extensions).toMatchObject(taken);
  await manager.ok(update, { input: { id: double.id, name: 'Boutique 2' } });
  await manager.ok(update, { input: { id: nodes[2].id, code: 'OLD-2' } });
  expect(await report()).toEqual([]);
});

const oldProject = (name: string, n: number, clientId: string) =>
  `insert into projects (id, client_id, name, code, start_date, created_at)
   values ('${uuidv7()}', '${clientId.slice('Client:'.length)}', '${name}', '${n === 2 ? 'old-0' : `OLD-${n}`}', '2026-01-01', '2026-01-0${n + 1}')`;

it('every unique index over names ignores case', async () => {
  const modules = await Promise.all(
    [...coreModules, ...optionalModules].map((name) => import(`../../src/modules/${name}/tables.ts`)),
  );
  const tables = modules.flatMap((module) => Object.values(module)).filter((each) => is(each, PgTable));
  const isName = (column: unknown) => is(column, PgColumn) && column.getSQLType() === 'text COLLATE "und-x-icu"';
  const found = tables.flatMap((table) => {
    const { name, columns, indexes } = getTableConfig(table);
    const unique = indexes.map(({ config }) => config).filter((config) => config.unique);
    const keyed = unique.some(({ name: index }) => index === `${name}_name_key`);
    const named = unique.some((config) =>
      config.columns.some((part) => isName(columns.find((column) => 'name' in part && column.name === part.name))),
    );
    return named ? [{ name, keyed }] : [];
  });
  expect(found).toContainEqual({ name: 'projects', keyed: true });
  expect(found.filter(({ keyed }) => !keyed)).toEqual([]);
});
