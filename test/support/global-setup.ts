import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/db/embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address of a database on the run's server. */
    adminUrl: string;
  }
}

/** What a test's data is worth: none survives the run, so nothing need reach the disk. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 400 };

/** Starts the run's own server, or takes the one of TEST_DATABASE_URL, and gives its address to the tests. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) {
    project.provide('adminUrl', url);
    return undefined;
  }
  const dir = await mkdtemp(path.join(tmpdir(), 'chantier-test-'));
  // As root the server runs under another account, which must be able to pass.
  await chmod(dir, 0o711);
  const server = await startEmbedded({ dataDir: path.join(dir, 'data'), settings });
  project.provide('adminUrl', server.url);
  return async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
}
