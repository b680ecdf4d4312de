import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableColumns, type Table } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { expect, it } from 'vitest';
import type { TableName } from '../../src/access/row-rules.ts';
import { personalEntryOf, printPersonalData } from '../../src/graphql/declare/personal-data.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { relations } from '../../src/relations.ts';
import '../../src/schema.ts';
import { root } from '../support/sources.ts';

const tables = Object.entries(relations).map(([name, { table }]) => [name as TableName, table as Table] as const);

/** Rows that belong to a person: those of `profiles`, and those with a reference to one. */
const isAboutPeople = (table: Table): boolean =>
  (table as unknown) === profiles ||
  getTableConfig(table as PgTable).foreignKeys.some((key) => (key.reference().foreignTable as unknown) === profiles);

const namesPeople = /(^|[a-z])(first|last|full)name|contact|e?mail|phone|address|avatar|user|person/i;

/** Programs make ranks, keys and enums; the former name of a project names a project. Any other text can be about a person. */
function isText(key: string, column: PgColumn): boolean {
  if (column.enumValues?.length || /^(externalReference|directKey|grandfatheredName|grandfatheredCode)$/.test(key))
    return false;
  return /^text/.test(column.getSQLType()) && !column.getSQLType().includes('COLLATE "C"');
}

it('every text about people is in the register of personal data, or says that it names nobody', () => {
  const missing = tables.flatMap(([name, table]) =>
    Object.entries(getTableColumns(table) as Record<string, PgColumn>)
      .filter(([key, column]) => isText(key, column) && (isAboutPeople(table) || namesPeople.test(key)))
      .filter(([key]) => personalEntryOf(name, key) === undefined)
      .map(([key]) => `${name}.${key}`),
  );
  expect(missing).toEqual([]);
});

it('every entry names columns that there are', () => {
  const wrong = tables.flatMap(([name, table]) =>
    Object.keys(getTableColumns(table)).flatMap((key) => {
      const entry = personalEntryOf(name, key);
      if (!entry || typeof entry.whose === 'object') return [];
      return entry.whose in getTableColumns(table) ? [] : [`${name}.${key}: ${entry.whose}`];
    }),
  );
  expect(wrong).toEqual([]);
});

it('docs/personal-data.md is the register', () => {
  const committed = readFileSync(path.join(root, 'docs/personal-data.md'), 'utf8');
  expect(printPersonalData() === committed, 'run: npx chantier schema personal-data > docs/personal-data.md').toBe(
    true,
  );
});
