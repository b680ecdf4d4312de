import { is, type Relation, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { guardDb } from '../../src/access/guarded-db.ts';
import type { Viewer } from '../../src/identity/viewer.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { events, trash } from '../../src/modules/events/tables.ts';
import { leaveTypes } from '../../src/modules/leave/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { relations } from '../../src/relations.ts';
import type { TenantDb, TenantTx } from '../../src/tenancy/tenant-session.ts';
import { Random } from '../compile/random.ts';
import { seedRows, words } from '../compile/seed.ts';
import { filterInputs, tableOf } from './filter-inputs.ts';
import { comparedColumn, type Facts, type Row, type TableName } from './oracle.ts';

/** Rows in every table that a filter chooses from, with nulls wherever they are allowed. */
export async function seedFilters(tx: TenantTx, seed: number, people: readonly string[]): Promise<void> {
  await seedRows(tx, new Random(seed), people, 20);
  // Lists leave archived rows out, whatever their filter says of other columns
  await tx.update(projects).set({ archivedAt: null });
  await tx.update(leaveTypes).set({ archivedAt: null });
  await tx.insert(events).values(people.map(eventOn));
  await tx.insert(trash).values(people.map(goneOf));
}

/** Every second one by nobody: an import, say. */
const eventOn = (id: string, place: number) => ({
  id: uuidv7(),
  action: place % 3 ? 'profile.updated' : 'profile.joined',
  resourceType: 'Profile',
  resourceId: id,
  ...(place % 2 && { actorId: id }),
});

/** Every second one deleted by nobody. */
const goneOf = (id: string, place: number) => ({
  id: uuidv7(),
  resourceType: place % 3 ? 'Client' : 'Project',
  resourceId: id,
  name: words[place % words.length]!,
  content: {},
  ...(place % 2 && { deletedById: id }),
});

/** What the oracle has to know; `found` are the answers to conditions of their own kind, by table, field and value. */
export async function readFacts(db: TenantDb, viewer: Viewer, found: Map<string, ReadonlySet<string>>): Promise<Facts> {
  const rows = await readRows(db, viewer);
  const places = await readPlaces(db, rows);
  return {
    rows,
    junctions: await readJunctions(db),
    placeOf(table, column, text) {
      const collation = /"(.+)"/.exec(comparedColumn(table, column)!.getSQLType())?.[1] ?? 'default';
      return places.get(collation)!.get(text)!;
    },
    readersPlaceOf: (text) => places.get('und-x-icu')!.get(text)!,
    foundBy: (table, key, value) => found.get(`${table}.${key}=${value}`)!,
  };
}

async function readRows(db: TenantDb, viewer: Viewer): Promise<Facts['rows']> {
  const guarded = guardDb(db, viewer);
  const rows = new Map<TableName, Row[]>();
  for (const input of filterInputs()) {
    const table = tableOf(input)!;
    rows.set(table, (await guarded.query[table].findMany({})) as unknown as Row[]);
  }
  return rows;
}

async function readJunctions(db: TenantDb): Promise<Facts['junctions']> {
  const junctions = new Map<unknown, Record<string, unknown>[]>();
  for (const { relations: of } of Object.values(relations)) {
    for (const { throughTable } of Object.values(of) as Relation[]) {
      if (is(throughTable, PgTable)) junctions.set(throughTable, await db.select().from(throughTable));
    }
  }
  return junctions;
}

/** How the texts of all rows sort, by each collation that columns have. */
async function readPlaces(db: TenantDb, rows: Facts['rows']): Promise<Map<string, Map<string, number>>> {
  const values = [...rows.values()].flat().flatMap((row) => Object.values(row));
  const texts = JSON.stringify([...words, ...values.filter((value) => typeof value === 'string')]);
  const places = new Map<string, Map<string, number>>();
  for (const collation of ['default', 'C', 'und-x-icu']) {
    const sorted = await db.execute<{ text: string }>(
      sql`select distinct text collate ${sql.identifier(collation)} as text
        from json_array_elements_text(${texts}::json) as of (text) order by 1`,
    );
    places.set(collation, new Map(sorted.map(({ text }, place) => [text, place])));
  }
  return places;
}
