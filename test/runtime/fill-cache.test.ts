import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/sources.ts';

it('loads every file of the program, as the build of the image does', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, 'bin/fill-cache.js')]);
  expect(stdout).toMatch(/^\d+ files are in the compile cache\n$/);
});
