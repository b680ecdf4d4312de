import { expect, test } from 'vitest';
import { isContraction } from '../src/db/migration-ledger.ts';
import { MigrationLines } from '../src/fleet/schemas/migration-lines.ts';

/** What servers of the release before cannot bear: their statements name it, or do not give it. */
const takesAway =
  /^\s*(drop table|alter table .*(\bdrop column|\brename\b|\balter column .* (set not null|(set data )?type )))/is;

/** Migrations before this one were released when the names said nothing. */
const firstNamed = '20261129190000';

test('a migration that takes something away says so in its name', () => {
  const lines = new MigrationLines();
  const all = [...lines.database, ...lines.catalog, ...lines.everything()].filter(({ name }) => name >= firstNamed);
  const unnamed = all.filter((each) => !isContraction(each) && each.statements.some((text) => takesAway.test(text)));
  expect(unnamed.map(({ line, name }) => `${line}/${name}`)).toEqual([]);
});

test.each([
  ['DROP TABLE "a"', true],
  ['ALTER TABLE "a" DROP COLUMN "b"', true],
  ['ALTER TABLE "a" RENAME COLUMN "b" TO "c"', true],
  ['ALTER TABLE "a" ALTER COLUMN "b" SET NOT NULL', true],
  ['ALTER TABLE "a" ALTER COLUMN "b" SET DATA TYPE text', true],
  ['ALTER TABLE "a" ADD COLUMN "b" text', false],
  ['ALTER TABLE "a" ALTER COLUMN "b" SET DEFAULT 1', false],
  ['CREATE INDEX "drop_table" ON "a" ("b")', false],
])('%s', (statement, expected) => {
  expect(takesAway.test(statement)).toBe(expected);
});
