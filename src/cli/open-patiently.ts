import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from './output.ts';
import type { Host } from './toolbox.ts';

const askAgainMs = 500;

/** The host of a command over all organizations: opening the installation waits while the primary database is away. */
export const patientHost = (host: Host): Host => ({
  ...host,
  open: (options) => openPatiently(host, () => host.open(options)),
  openFleet: (options) => openPatiently(host, () => host.openFleet(options)),
  openForProof: () => openPatiently(host, () => host.openForProof()),
});

async function openPatiently<T>({ stderr, signal }: Host, open: () => Promise<T>): Promise<T> {
  const from = performance.now();
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await open();
    } catch (error) {
      // Loaded only now, so that help does not load the database's code
      const { isOutage, outageMs } = await import('../fleet/patience.ts');
      if (!isOutage(error) || signal.aborted || performance.now() - from >= outageMs) throw error;
      if (isFirst) stderr.write(`${reasonOf(error)}; waiting for up to ${outageMs / 1000} s\n`);
      await delay(askAgainMs);
    }
  }
}
