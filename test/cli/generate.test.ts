import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { resourceNames } from '../../src/cli/generate/resource-names.ts';
import { addImports } from '../../src/cli/generate/source-text.ts';
import { writeModule } from '../../src/cli/generate/write-module.ts';
import { writeResource } from '../../src/cli/generate/write-resource.ts';
import { readSources, root } from '../support/sources.ts';

const run = promisify(execFile);
/** Not copied: installed packages, and files that runs of the program leave. */
const left = /[/\\](node_modules|\.git|\.data|coverage)$/;
/** The generator changes these, so their types are checked as well. */
const manifests = ['src/relations.ts', 'src/schema.ts', 'src/tenancy/modules.ts'];
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'chantier-generate-'));
  await cp(root, copy, { recursive: true, filter: (from) => from === root || !left.test(from) });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  await excludeFromTypeCheck();
});
afterAll(() => rm(copy, { recursive: true }));

/** Excludes already checked sources from the type check, which then takes a tenth of the time. */
async function excludeFromTypeCheck(): Promise<void> {
  for (const { file, text } of [...readSources('src'), ...readSources('test')])
    if (!manifests.includes(file)) await writeFile(path.join(copy, file), `// @ts-nocheck\n${text}`);
  const include = ['src/modules/depot', 'test/depot', ...manifests];
  await writeFile(path.join(copy, 'tsconfig.depot.json'), JSON.stringify({ extends: './tsconfig.json', include }));
}

/** The processes of a test share the compile cache of Node. */
const inCopy = (file: string, ...args: string[]) =>
  run(process.execPath, [path.join(copy, file), ...args], {
    cwd: copy,
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(copy, 'compiled'), TEST_DATABASE_URL: inject('adminUrl') },
    maxBuffer: 2 ** 26,
  });

/** Gives the resource a name that is unique regardless of case, states and an action, as in docs/resources.md. */
async function adapt(): Promise<void> {
  await change('src/modules/depot/tables.ts', (text) =>
    addImports(text, [
      { names: ['check', 'text'], from: 'drizzle-orm/pg-core' },
      { names: ['oneOf', 'uniqueWithoutCase'], from: '../../lib/columns.ts' },
    ])
      .replace(
        'export const pallets',
        () => `const statuses = ['FREE', 'TAKEN', 'LOST'] as const;\nexport const pallets`,
      )
      .replace(
        'name: label().notNull(),',
        (name) => `${name} status: text({ enum: statuses }).notNull().default('FREE'),`,
      )
      .replace(
        '(t) => [',
        (start) =>
          `${start} uniqueWithoutCase('pallets_name_key', t.name), check('pallets_status', oneOf(t.status, statuses)),`,
      ),
  );
  await change('src/modules/depot/pallet.ts', (text) =>
    text
      .replace('defineResource(', () => 'const Pallet = defineResource(')
      .replace('fields: {', (fields) => `${fields} status: { description: 'State.', values, steps },`)
      .replace("update: { writes: ['name'] }", () => "update: { writes: ['name', 'status'] }")
      .replace('const Pallet', () => `${states}const Pallet`)
      .concat(
        "Pallet.action('find', { description: 'Finds a pallet', event: 'found', writes: [], from: { status: ['LOST'] }, ",
        "before: () => ({ status: 'FREE' }) });\n",
      ),
  );
  await writeFile(path.join(copy, 'test/depot/adapted.test.ts'), adaptedTest);
}

const change = async (file: string, edit: (text: string) => string): Promise<void> =>
  writeFile(path.join(copy, file), edit(await readFile(path.join(copy, file), 'utf8')));

const states = `const values = { FREE: 'Free.', TAKEN: 'Taken.', LOST: 'Lost.' };
const steps = { FREE: ['TAKEN'], TAKEN: ['FREE', 'LOST'], LOST: [] } as const;
`;

const adaptedTest = `import { expect, it } from 'vitest';
import { enableModule } from '../../src/fleet/schemas/switch-module.ts';
import { world } from '../support/world.ts';

const server = await world();
const company = await server.company('Adapted');
await enableModule(server.app.fleet, company.tenant.id, 'depot', { actor: { kind: 'SYSTEM' } });
const manager = await company.as('MANAGER');

it('keeps names unique regardless of case, and follows the declared steps', async () => {
  const created = await manager.ok('mutation { createPallet(input: { name: "Oak" }) { pallet { id status } } }');
  const { id, status } = created.createPallet.pallet;
  expect(status).toBe('FREE');
  const refused = async (mutation: string) => (await manager.graphql(\`mutation { \${mutation} }\`)).errors[0]?.extensions;
  const go = (to: string) => \`updatePallet(input: { id: "\${id}", status: \${to} }) { lastEventId }\`;
  const find = \`findPallet(input: { id: "\${id}" }) { pallet { status } }\`;
  const taken = await refused('createPallet(input: { name: "  OAK " }) { lastEventId }');
  expect(taken).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.name' });
  expect(await refused(go('LOST'))).toMatchObject({ code: 'INVALID_STATE', possible: ['TAKEN'] });
  expect(await refused(find)).toMatchObject({ code: 'INVALID_STATE', status: 'FREE', possible: ['LOST'] });
  for (const to of ['TAKEN', 'LOST']) await manager.ok(\`mutation { \${go(to)} }\`);
  expect((await manager.ok(\`mutation { \${find} }\`)).findPallet.pallet.status).toBe('FREE');
});
`;

it('writes an optional module that passes its test, the type check and the tests of all types', async () => {
  await writeModule(copy, 'depot', 'Pallet', { optional: true });
  await adapt();
  const { stdout, stderr } = await inCopy('bin/chantier.js', 'generate', 'resource', 'DepotEntry', '--module', 'depot');
  for (const file of ['relations.ts', 'depot-entry.ts']) expect(stdout).toContain(`  src/modules/depot/${file}\n`);
  expect(stdout).toMatch(/^ {2}drizzle\/depot\/\w+\n {2}schema\.graphql$/m);
  expect(stderr).toContain('Writing the migration');
  const graph = await readFile(path.join(copy, 'schema.graphql'), 'utf8');
  for (const type of ['Pallet', 'DepotEntry']) expect(graph).toContain(`type ${type} implements Node`);
  expect(graph).toContain('Refused with INVALID_STATE unless `status` is LOST.');
  expect(graph).toContain('Steps of `status`: FREE to TAKEN, TAKEN to FREE or LOST; any other is refused with');
  const ofTypes = ['test/declare/by-construction.test.ts', 'test/declare/personal-data.test.ts'];
  const tests = ['test/depot', ...ofTypes, 'test/schema.test.ts', 'test/architecture.test.ts'];
  const oneProcess = ['--no-isolate', '--maxWorkers=1', '--experimental.viteModuleRunner=false'];
  await Promise.all([
    inCopy('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.depot.json'),
    inCopy('node_modules/vitest/vitest.mjs', 'run', ...oneProcess, ...tests),
  ]);
}, 400_000);

it('refuses existing names, and names that are invalid in files', async () => {
  await expect(inCopy('bin/chantier.js', 'generate', 'resource', 'Pet', '--module', 'zoo')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no module zoo'),
  });
  for (const [module, resource] of [
    ['people', 'Pet'],
    ['zoo', 'Client'],
  ] as const)
    await expect(writeModule(copy, module, resource, { optional: false })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(readFile(path.join(copy, 'src/modules/zoo/relations.ts'))).rejects.toMatchObject({ code: 'ENOENT' });
  for (const [name, message] of [
    ['Client', 'The type Client already exists'],
    ['ProjectStatus', 'The type ProjectStatus already exists'],
    ['TaskDependency', 'The table task_dependencies already exists'],
  ] as const)
    await expect(writeResource(copy, name, 'tasks')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(message),
    });
  for (const name of ['pet', 'Pet-Shop', '../Pet', 'PET'])
    expect(() => resourceNames(name, 'zoo'), name).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  for (const module of ['Zoo', '../zoo', ''])
    expect(() => resourceNames('Pet', module), module).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('derives all names, and extends existing imports', () => {
  expect(resourceNames('PurchaseOrderEntry', 'buying')).toMatchObject({
    field: 'purchaseOrderEntry',
    table: 'purchaseOrderEntries',
    sqlTable: 'purchase_order_entries',
    file: 'purchase-order-entry',
  });
  const text = "import { b } from 'x';\nuse(b);\n";
  expect(addImports(text, [{ names: ['a', 'b'], from: 'x' }])).toBe("import { a, b } from 'x';\nuse(b);\n");
  const types = "import type { B } from 'x';\n";
  expect(addImports(types, [{ names: ['type B'], from: 'x' }])).toBe(types);
  expect(addImports(types, [{ names: ['type A'], from: 'x' }])).toBe("import { type A, type B } from 'x';\n");
});
