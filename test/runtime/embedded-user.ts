import { startEmbedded } from '../../src/db/embedded.ts';

/*
 * A process that uses an embedded server, told so by the test that forks it: it answers with what it got, and stops
 * when told `stop` or when its parent is gone.
 */

export interface Order {
  dataDir: string;
  binaries?: string;
  /** Become this user first, where the test runs as root. */
  uid?: number;
}

export type Answer = { url: string; pid: number; folder: string; reused: boolean } | { code: string; message: string };

process.once('message', async ({ uid, ...options }: Order) => {
  if (uid !== undefined) {
    process.setgroups?.([]);
    process.setgid?.(uid);
    process.setuid?.(uid);
  }
  try {
    const server = await startEmbedded(options);
    const { url, pid, folder, reused } = server;
    process.once('message', () => server.stop().then(() => process.disconnect()));
    process.send?.({ url, pid, folder, reused } satisfies Answer);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    process.send?.({ code, message } satisfies Answer, () => process.disconnect());
  }
});
