import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resourceNames } from '../../src/cli/generate/resource-names.ts';
import { addImports } from '../../src/cli/generate/source-text.ts';
import { root } from '../support/sources.ts';

const run = promisify(execFile);
/** Not copied: what is installed, and what runs of the program leave. */
const left = /[/\\](node_modules|\.git|\.data|coverage)$/;
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'chantier-generate-'));
  await cp(root, copy, { recursive: true, filter: (from) => from === root || !left.test(from) });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true }));

const inCopy = (file: string, ...args: string[]) =>
  run(process.execPath, [path.join(copy, file), ...args], { cwd: copy, maxBuffer: 2 ** 26 });

it('writes an optional module that passes its test, the type check and the tests of all types', async () => {
  const { stdout } = await inCopy('bin/chantier.js', 'generate', 'module', 'depot', 'Pallet', '--optional');
  expect(stdout).toContain('src/modules/depot/pallet.ts');
  await inCopy('bin/chantier.js', 'generate', 'resource', 'LoadingBay', '--module', 'depot');
  expect(await readFile(path.join(copy, 'schema.graphql'), 'utf8')).toContain('type LoadingBay implements Node');
  await inCopy('node_modules/typescript/bin/tsc', '--noEmit');
  await inCopy('node_modules/@biomejs/biome/bin/biome', 'check', 'src', 'test/depot');
  const tests = ['test/depot', 'test/declare', 'test/schema.test.ts', 'test/architecture.test.ts'];
  await inCopy('node_modules/vitest/vitest.mjs', 'run', ...tests);
}, 900_000);

it('refuses what exists, and names that no file can have', async () => {
  await expect(inCopy('bin/chantier.js', 'generate', 'module', 'people', 'Pet')).rejects.toMatchObject({ code: 2 });
  await expect(inCopy('bin/chantier.js', 'generate', 'resource', 'Pet', '--module', 'zoo')).rejects.toMatchObject({
    stderr: expect.stringContaining('There is no module zoo'),
  });
  for (const name of ['pet', 'Pet-Shop', '../Pet', 'PET'])
    expect(() => resourceNames(name, 'zoo'), name).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  for (const module of ['Zoo', '../zoo', ''])
    expect(() => resourceNames('Pet', module), module).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('derives all names, and adds to imports that there are', () => {
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
