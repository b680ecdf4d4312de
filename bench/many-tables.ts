import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/*
 * Type-checks a copy of the program with 75 more tables, each with relations to people, projects and each other, and
 * fails where the compiler gives up. Run it by hand, `npm run check:many-tables`: it takes a minute of processor time.
 */

const tables = 75;
const tablesOfModule = 5;

const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'many-tables-'));

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

/** Copies the program and adds the modules to its manifest of relations. */
function writeProgram(): void {
  cpSync(path.join(root, 'src'), path.join(folder, 'src'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const modules = Array.from({ length: tables / tablesOfModule }, (_, m) => m);
  for (const m of modules) {
    const first = m * tablesOfModule;
    writeModule(
      `made-${m}`,
      Array.from({ length: tablesOfModule }, (_, n) => first + n),
    );
  }
  const manifest = path.join(folder, 'src/relations.ts');
  const imports = modules
    .map((m) => `import { parts as made${m} } from './modules/made-${m}/relations.ts';\n`)
    .join('');
  const merged = modules.map((m) => `  made${m},\n`).join('');
  const text = readFileSync(manifest, 'utf8').replace('\n);\n', `\n${merged});\n`);
  if (!text.includes(merged)) throw new Error('src/relations.ts has another form than this script knows');
  writeFileSync(manifest, imports + text);
  const options = { extends: path.join(root, 'tsconfig.json'), include: ['src'], exclude: ['src/**/*.test.ts'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(options));
}

try {
  writeProgram();
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  const { status } = spawnSync(tsc, ['--noEmit', '--incremental', 'false'], { cwd: folder, stdio: 'inherit' });
  if (status === 0) console.log(`${tables} more tables: no errors`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
