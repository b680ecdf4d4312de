import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const vitest = path.resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
const reporter = path.resolve(import.meta.dirname, '../support/tally-reporter.ts');

const files = {
  'passes.test.js': `test('one', () => {}); test('two', () => {});`,
  'fails.test.js': `test('three', () => {}); test('four', () => { throw new Error('no'); });`,
  'skips.test.js': `test.skip('five', () => {});`,
  'does-not-load.test.js': `throw new Error('no');`,
  'breaks-late.test.js': `test('six', () => {}); afterAll(() => { throw new Error('no'); });`,
};

describe("the last line of a test run's output", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'chantier-tally-'));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(dir, name), text);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it.each([
    ['tests that pass', ['passes'], '2 passed, 0 failed', 0],
    ['a test that fails', ['passes', 'fails'], '3 passed, 1 failed', 1],
    ['a file that does not load', ['passes', 'does-not-load'], '2 passed, 1 failed', 1],
    ['a file that breaks after its tests', ['breaks-late'], '1 passed, 1 failed', 1],
    ['nothing but skipped tests', ['skips'], '0 passed, 0 failed', 1],
    ['no file at all', ['absent'], '0 passed, 0 failed', 1],
  ])('counts %s', async (_, wanted, line, code) => {
    const run = await runTests(dir, wanted);
    expect(run.output.trimEnd().split('\n').at(-1)).toBe(line);
    expect(run.code).toBe(code);
  });
});

/** Runs some of the files as `npm test` would run ours. */
function runTests(root: string, filters: string[]): Promise<{ code: number; output: string }> {
  const args = [
    vitest,
    'run',
    '--root',
    root,
    '--globals',
    '--reporter',
    'default',
    '--reporter',
    reporter,
    ...filters,
  ];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: root }, (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, output: stdout });
    });
  });
}
