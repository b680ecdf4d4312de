import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { startEmbedded } from '../../src/db/embedded.ts';

/** Starts a server in a new data directory and stops it. Whether the directory can be copied. */
export async function makeEmptyServer(dataDir: string): Promise<boolean> {
  const server = await startEmbedded({ dataDir });
  await server.stop();
  // Where the server's account cannot reach the directory, its data is elsewhere
  return existsSync(path.join(dataDir, 'postgres', 'cluster'));
}

/** Copies a stopped server to a new data directory. */
export async function copyServer(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}
