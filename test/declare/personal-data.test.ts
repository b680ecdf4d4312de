import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableColumns, type Table } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { TableName } from '../../src/access/row-rules.ts';
import { personalEntryOf, printPersonalData } from '../../src/graphql/declare/personal-data.ts';
import { relations } from '../../src/relations.ts';
import '../../src/schema.ts';
import { root } from '../support/sources.ts';

const tables = Object.entries(relations).map(([name, { table }]) => [name as TableName, table as Table] as const);

it('every entry names existing columns', () => {
  const wrong = tables.flatMap(([name, table]) =>
    Object.keys(getTableColumns(table)).flatMap((key) => {
      const entry = personalEntryOf(name, key);
      if (!entry || typeof entry.whose === 'object') return [];
      return entry.whose in getTableColumns(table) ? [] : [`${name}.${key}: ${entry.whose}`];
    }),
  );
  expect(wrong).toEqual([]);
});

it('docs/personal-data.md equals the register', () => {
  const committed = readFileSync(path.join(root, 'docs/personal-data.md'), 'utf8');
  expect(printPersonalData() === committed, 'run: npx chantier schema personal-data > docs/personal-data.md').toBe(
    true,
  );
});
