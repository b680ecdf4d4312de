import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSources, root } from './support/sources.ts';

const tables = 75;
const tablesOfModule = 5;
const minuteMs = 60_000;

/** Files that work with any table. The others know theirs: they are loaded, but not checked, which takes much longer. */
const ofAnyTable = /\b(TableName|WhereOf|RowRule|RelationsFilter|typeof relations)\b/;

const folder = mkdtempSync(path.join(tmpdir(), 'many-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tableOf = (n: number, above: boolean): string => `
export const made${n} = table('made_${n}', {
  id: primaryId(),
  name: label().notNull(),
  status: text({ enum: ['OPEN', 'DONE'] }).notNull(),
  quantity: integer().notNull(),
  price: numeric(),
  dueDate: date(),
  ownerId: uuid().references(() => profiles.id),
  projectId: uuid().notNull().references(() => projects.id),
  ${above ? `parentId: uuid().references(() => made${n - 1}.id),` : ''}
  version: version(),
  ...lifetime,
});
`;

const relationsOf = (n: number, above: boolean, below: boolean): string => `
  made${n}: {
    owner: r.one.profiles({ from: r.made${n}.ownerId, to: r.profiles.id }),
    project: r.one.projects({ from: r.made${n}.projectId, to: r.projects.id, optional: false }),
    ${above ? `parent: r.one.made${n - 1}({ from: r.made${n}.parentId, to: r.made${n - 1}.id }),` : ''}
    ${below ? `children: r.many.made${n + 1}({ from: r.made${n}.id, to: r.made${n + 1}.parentId }),` : ''}
  },`;

/** A module whose tables refer to people, to projects and to each other, with the relations back. */
function writeModule(name: string, numbers: readonly number[]): void {
  const into = path.join(folder, 'src/modules', name);
  mkdirSync(into);
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  const back = (to: string, by: string) =>
    numbers.map((n) => `    ${to}${n}: r.many.made${n}({ from: r.${to}.id, to: r.made${n}.${by} }),`).join('\n');
  writeFileSync(
    path.join(into, 'tables.ts'),
    `import { date, integer, numeric, text, uuid } from 'drizzle-orm/pg-core';
import { label, lifetime, primaryId, table, version } from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
${numbers.map((n) => tableOf(n, n > first)).join('')}`,
  );
  writeFileSync(
    path.join(into, 'relations.ts'),
    `import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as tables from './tables.ts';
export const parts = defineRelationsPart({ ...people, ...projects, ...tables }, (r) => ({
${numbers.map((n) => relationsOf(n, n > first, n < last)).join('')}
  profiles: {\n${back('profiles', 'ownerId')}\n  },
  projects: {\n${back('projects', 'projectId')}\n  },
}));
`,
  );
}

it(`the compiler has room for ${tables} more tables`, { timeout: 10 * minuteMs }, async () => {
  cpSync(path.join(root, 'src'), path.join(folder, 'src'), { recursive: true });
  for (const { file, text } of readSources()) {
    if (!ofAnyTable.test(text)) writeFileSync(path.join(folder, file), `// @ts-nocheck\n${text}`);
  }
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const modules = Array.from({ length: tables / tablesOfModule }, (_, m) => {
    const name = `made-${m}`;
    writeModule(
      name,
      Array.from({ length: tablesOfModule }, (_, n) => m * tablesOfModule + n),
    );
    return `import { parts as made${m} } from './modules/${name}/relations.ts';`;
  });
  const manifest = path.join(folder, 'src/relations.ts');
  const merged = modules.map((_, m) => `  made${m},\n`).join('');
  const text = readFileSync(manifest, 'utf8').replace('\n);\n', `\n${merged});\n`);
  expect(text).toContain(merged);
  writeFileSync(manifest, `${modules.join('\n')}\n${text}`);
  const options = { extends: path.join(root, 'tsconfig.json'), include: ['src'], exclude: ['src/**/*.test.ts'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(options));
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  const said = await new Promise<string>((resolve) =>
    execFile(tsc, ['--noEmit', '--incremental', 'false'], { cwd: folder }, (_error, stdout) => resolve(stdout)),
  );
  expect(said).toBe('');
});
