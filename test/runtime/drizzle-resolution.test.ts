import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/sources.ts';

const run = promisify(execFile);
const names = ['drizzle-orm', 'drizzle-orm/pg-core', 'drizzle-orm/postgres-js'];

/** Where the names lead, and how many modules of the package are loaded from where they should be. */
async function resolved(...flags: string[]): Promise<string[]> {
  const script = `
    const names = ${JSON.stringify(names)};
    for (const name of names) console.log(import.meta.resolve(name), Object.keys(await import(name)).length);
    await import('drizzle-orm/nowhere').catch(({ code }) => console.log(code));`;
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', script], { cwd: root });
  return stdout.trim().split('\n');
}

it('drizzle-orm is resolved as Node resolves it', async () => {
  const hook = path.join(root, 'bin/drizzle-resolution.js');
  const [quick, plain] = await Promise.all([resolved('--import', hook), resolved()]);
  expect(quick).toEqual(plain);
  expect(quick.at(-1)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
