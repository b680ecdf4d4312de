import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tablesWithRowRules } from '../src/access/row-rules.ts';
import { schema } from '../src/schema.ts';
import { coreModules, optionalModules } from '../src/tenancy/modules.ts';
import { moduleFolders, readSources, root, type Source } from './support/sources.ts';

const sources = readSources();
const rooms = [
  'lib',
  'mail',
  'storage',
  'db',
  'tenancy',
  'fleet',
  'jobs',
  'identity',
  'access',
  'graphql',
  'modules',
  'demo',
  'prove',
  'schema.ts',
  'event-handlers.ts',
];
const order = new Map<string, number>(rooms.map((room, index) => [room, index]));
for (const room of ['server', 'cli', 'config-variables.ts', 'config.ts', 'check-pooling.ts'])
  order.set(room, rooms.length);
for (const [index, room] of [
  'open-installation.ts',
  'app.ts',
  'serve.ts',
  'proof-target.ts',
  'start-fleet.ts',
  'start.ts',
  'start-graph.ts',
  'main.ts',
].entries())
  order.set(room, rooms.length + 1 + index);

// The fleet stands beside identity and what follows: it uses tenancy, and only operators' code and what opens the
// installation use it.
order.set('fleet', rooms.indexOf('tenancy'));
const usersOfFleet = ['fleet', 'open-installation.ts', 'app.ts', 'cli', 'prove', 'demo'];

const roomOf = (file: string): string => file.split('/')[1]!;
const isLeaf = (file: string): boolean => /\/(tables|relations)\.ts$|^src\/(catalog-)?relations\.ts$/.test(file);
const moduleOf = (file: string): string | undefined => /^src\/modules\/([^/]+)\//.exec(file)?.[1];
const modules = [...coreModules, ...optionalModules] as string[];

function breaches(check: (from: Source, to: string) => boolean): string[] {
  return sources.flatMap((from) => from.imports.filter((to) => check(from, to)).map((to) => `${from.file} -> ${to}`));
}

describe('the source tree', () => {
  it('layers import only the layers before them', () => {
    const wrong = breaches(({ file }, to) => {
      if (isLeaf(file) || isLeaf(to)) return false;
      return (
        order.get(roomOf(to))! > order.get(roomOf(file))! || [roomOf(file), roomOf(to)].sort().join() === 'cli,server'
      );
    });
    expect(wrong).toEqual([]);
  });

  it('only operators and app.ts import the fleet: members reach it through TenantLifecycle', () => {
    expect(breaches(({ file }, to) => roomOf(to) === 'fleet' && !usersOfFleet.includes(roomOf(file)))).toEqual([]);
  });

  it('lists every folder', () => {
    expect(sources.filter(({ file }) => !isLeaf(file) && !order.has(roomOf(file))).map(({ file }) => file)).toEqual([]);
  });

  it('tables and relations are leaves', () => {
    const allowed = (to: string) => isLeaf(to) || to.startsWith('src/lib/') || to === 'src/identity/roles.ts';
    expect(breaches(({ file }, to) => isLeaf(file) && !allowed(to))).toEqual([]);
  });

  it('a module imports only the modules below it, and never their stores, mutations or index', () => {
    const wrong = breaches(({ file }, to) => {
      const [from, target] = [moduleOf(file), moduleOf(to)];
      if (!from || !target || from === target || isLeaf(file)) return false;
      const upward = modules.indexOf(target) > modules.indexOf(from);
      return (upward && !isLeaf(to)) || /\/(store|[\w-]*mutations|index)\.ts$/.test(to);
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycles', () => {
    const graph = new Map(sources.map(({ file, imports }) => [file, imports]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]) => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      if (done.has(file) || trail.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const { file } of sources) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('has no barrels: index files export nothing', () => {
    const wrong = sources.filter(({ file, text }) => file.endsWith('/index.ts') && /^export /m.test(text));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});

describe('every file', () => {
  const offenders = (check: (source: Source) => boolean) => sources.filter(check).map(({ file }) => file);

  it('does not read the environment outside the configuration', () => {
    const readers = offenders(
      ({ file, text }) => /process\.env\b/.test(text) && file !== 'src/config.ts' && roomOf(file) !== 'cli',
    );
    expect(readers).toEqual([]);
  });

  it('does not call process.exit', () => {
    expect(offenders(({ text }) => /process\.exit\(/.test(text))).toEqual([]);
  });

  it('writes to terminals only through the function that escapes control characters', () => {
    const writers = offenders(
      ({ file, text }) =>
        file.startsWith('src/cli/') &&
        !['src/cli/program.ts', 'src/cli/process-streams.ts'].includes(file) &&
        /\.streams\b|process\.std(out|err)|console\./.test(text),
    );
    expect(writers).toEqual([]);
  });

  it('stays under 400 lines', () => {
    expect(offenders(({ text }) => text.split('\n').length > 400)).toEqual([]);
  });

  it("names the type of a table's filter in one place, because the compiler cannot expand it for an unknown table", () => {
    expect(offenders(({ text }) => /\bRelationsFilter\b/.test(text))).toEqual(['src/access/row-rules.ts']);
  });

  it('takes advisory locks in one file', () => {
    expect(offenders(({ text }) => /pg_(try_)?advisory/i.test(text))).toEqual(['src/db/advisory-lock.ts']);
  });

  it('answers HTTP by declared routes alone, of which one is delegated to the graph', () => {
    expect(offenders(({ text }) => /from 'node:http2?'/.test(text) && /\bcreateServer\b/.test(text))).toEqual([
      'src/server/http.ts',
    ]);
    const delegating = offenders(({ text, file }) => /\bdelegateRoute\(/.test(text) && roomOf(file) !== 'server');
    expect(delegating).toEqual(['src/serve.ts']);
  });

  it('maps the fragments of a document in one file', () => {
    const mapping = /FRAGMENT_DEFINITION \? \[\[/;
    expect(offenders(({ text }) => mapping.test(text))).toEqual(['src/graphql/fragments.ts']);
  });

  it('never handles money as a floating-point number', () => {
    // Texts of digits that are no amounts
    const identifiers = ['src/modules/finance/iban.ts', 'src/modules/finance/vat-number.ts'];
    const floats = /\b(Number\(|Number\.parse|parseFloat|toFixed|Math\.(round|floor|ceil|trunc))|::(float|real|double)/;
    expect(
      offenders(
        ({ file, text }) => file.startsWith('src/modules/finance/') && !identifiers.includes(file) && floats.test(text),
      ),
    ).toEqual([]);
    // No column and no field of the graph holds one either
    expect(offenders(({ text }) => /\b(doublePrecision|real)\(/.test(text))).toEqual([]);
    expect(readFileSync(path.join(root, 'schema.graphql'), 'utf8')).not.toMatch(/: \[?Float\b/);
  });

  it('never takes a shared connection', () => {
    expect(offenders(({ text }) => /\bsql\.(begin|reserve)\(/.test(text))).toEqual([]);
  });
});

describe('the manifests', () => {
  it('list every module, in the same order', () => {
    expect(moduleFolders().sort()).toEqual([...modules].sort());
  });

  it.each(modules)('%s is listed in the graph, the relations and the migrations it has parts of', (name) => {
    const has = (file: string) => existsSync(path.join(root, 'src/modules', name, file));
    const manifest = (file: string) => readFileSync(path.join(root, 'src', file), 'utf8');
    expect(manifest('schema.ts').includes(`./modules/${name}/index.ts`)).toBe(has('index.ts'));
    expect(manifest('relations.ts').includes(`./modules/${name}/`)).toBe(has('tables.ts'));
    expect(existsSync(path.join(root, 'drizzle', name))).toBe(has('tables.ts'));
  });

  it('list every file that handles events', () => {
    const handling = sources.filter(({ text }) => /^(onEvent|beforeDeletion)\(/m.test(text)).map(({ file }) => file);
    const named = sources.find(({ file }) => file === 'src/event-handlers.ts')!.imports;
    expect(named.toSorted()).toEqual(handling.toSorted());
  });

  it('migrations belong to a module, the catalog or the database', () => {
    const lines = readdirSync(path.join(root, 'drizzle'));
    expect(lines.filter((line) => !['database', 'catalog', ...modules].includes(line))).toEqual([]);
  });

  it('every table that the graph shows has a row rule', () => {
    const shown = Object.values(schema.getTypeMap()).flatMap((type) => {
      const table = type.extensions.pothosDrizzleModel;
      return typeof table === 'string' ? [table] : [];
    });
    expect(shown.filter((table) => !tablesWithRowRules().includes(table as never))).toEqual([]);
  });

  it('comments wrap at 120 columns', () => {
    const isLong = (line: string) => line.length > 120 && /^\s*(?:\/\/|\/\*|\*\s)/.test(line);
    const long = ['src', 'test', 'bench'].flatMap((folder) =>
      readSources(folder).flatMap(({ file, text }) =>
        text.split('\n').flatMap((line, n) => (isLong(line) ? [`${file}:${n + 1}`] : [])),
      ),
    );
    expect(long).toEqual([]);
  });
});
