import { inject } from 'vitest';
import { copyServer } from './empty-server.ts';

/** Fills a new data directory as the server's first start there would, which takes seconds. */
export async function fillDataDir(dataDir: string): Promise<void> {
  const empty = inject('emptyServer');
  if (empty) await copyServer(empty, dataDir);
}
