import { countJobs, listJobs, retryDeadJobs } from '../../jobs/job-rows.ts';
import { badInput } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import { servedOrganizations } from '../../tenancy/served-organizations.ts';
import type { JsonFlag } from '../flags.ts';
import { print, reasonOf, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

const mostListed = 200;
const bound = { roleClass: 'job' } as const;

/** Without an organization, the number of jobs of each that has some. */
export async function run(host: Host, slug: string | undefined, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.open();
  const { binding, catalog, directory } = toolbox;
  if (slug !== undefined) {
    const tenant = await directory.getBySlug(slug);
    const listed = await binding.read(tenant, (db) => listJobs(db, mostListed), bound);
    const rows = listed.map(({ id, kind, attempts, runAt, diedAt, lastError }) => [
      ...[id, kind, diedAt ? 'dead' : 'waiting', attempts, (diedAt ?? runAt).toISOString(), lastError],
    ]);
    print(host, json, listed, () =>
      table(['ID', 'KIND', 'STATE', 'ATTEMPTS', 'DUE OR DEAD SINCE', 'LAST ERROR'], rows),
    );
    return;
  }
  const counted = [];
  for (const id of await servedOrganizations(catalog)) {
    host.signal.throwIfAborted();
    const tenant = await directory.findById(id);
    if (!tenant) continue;
    try {
      const counts = await binding.read(tenant, countJobs, bound);
      if (counts.waiting + counts.dead > 0) counted.push({ slug: tenant.slug, ...counts });
    } catch (error) {
      counted.push({ slug: tenant.slug, waiting: null, dead: null, error: reasonOf(error) });
    }
  }
  const rows = counted.map((each) => [each.slug, each.waiting, each.dead, 'error' in each ? each.error : null]);
  print(host, json, counted, () => table(['SLUG', 'WAITING', 'DEAD', 'ERROR'], rows));
}

export async function runRetry(host: Host, slug: string, id: string | undefined, { json }: JsonFlag): Promise<void> {
  if (id !== undefined && !isUuid(id)) throw badInput('This is not the id of a job', 'id');
  await using toolbox = await host.open();
  const tenant = await toolbox.directory.getBySlug(slug);
  const retried = await toolbox.binding.write(tenant, (tx) => retryDeadJobs(tx, new Date(), id), bound);
  print(host, json, { retried }, () => `${retried} dead jobs of ${slug} will be tried again`);
}

/** Does what is due now in this process, and waits for it. */
export async function runDrain(host: Host, slug: string | undefined, { json }: JsonFlag): Promise<void> {
  await using opened = await host.openWorker();
  const { worker, directory } = opened;
  if (slug === undefined) await worker.sweep();
  else worker.wake((await directory.getBySlug(slug)).id);
  const stop = () => void worker[Symbol.asyncDispose]();
  host.signal.addEventListener('abort', stop, { once: true });
  await worker.idle();
  host.signal.removeEventListener('abort', stop);
  const { done, failed, died } = worker.totals;
  print(host, json, { done, failed, died }, () => `${done} jobs done, ${failed} failed, ${died} given up`);
}

/** Runs workers until a signal ends the process. */
export async function runWorker(host: Host): Promise<void> {
  await using opened = await host.openWorker();
  await opened.worker.sweep();
  if (!host.signal.aborted)
    await new Promise<void>((resolve) => host.signal.addEventListener('abort', () => resolve(), { once: true }));
}
