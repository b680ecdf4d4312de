import { Admin } from '../../src/db/admin.ts';
import type { EmbeddedServer } from '../../src/db/embedded.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { openDatabase } from '../data/database.ts';
import { type Dataset, type DatasetOptions, openDataset } from '../data/dataset.ts';
import type { DatasetSpec } from '../data/sizes.ts';
import type { Checkout } from './checkout.ts';

export interface BothDatasets extends AsyncDisposable {
  /** As this build migrates it. */
  now: Dataset;
  /** As the other build made it. */
  before: Dataset;
}

/**
 * The same rows twice: a database that the other build makes by its own migrations, and a copy of it that this build
 * migrates. One database would not do, since each build refuses the schemas of a later one.
 */
export async function openBoth(
  server: EmbeddedServer,
  spec: DatasetSpec,
  checkout: Checkout,
  options: DatasetOptions,
): Promise<BothDatasets> {
  const [before, now] = ['before', 'now'].map((when) => ({ ...spec, name: `${when}_${checkout.commit}_${spec.name}` }));
  await dropOthers(server, checkout.commit);
  const { openDataset: openAsBefore } = await checkout.load<{ openDataset: typeof openDataset }>(
    'bench/data/dataset.ts',
  );
  // Closed again before it is copied: a database with connections cannot be a template
  const made = await openAsBefore(server, before!, options);
  await made[Symbol.asyncDispose]();
  await openDatabase(server, now!, new URL(made.url).pathname.slice(1));
  await using opened = new AsyncDisposableStack();
  const both = {
    before: opened.use(await openAsBefore(server, before!, options)),
    now: opened.use(await openDataset(server, now!, options)),
  };
  const kept = opened.move();
  return { ...both, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Drops what was made for other commits. */
async function dropOthers(server: EmbeddedServer, commit: string): Promise<void> {
  await using admin = new Admin({ url: server.urlOf('postgres') });
  const others = await admin.run<{ name: string }>(
    `select datname as name from pg_database where datname ~ '^(before|now)_' and datname !~ $1`,
    [`^(before|now)_${commit}_`],
  );
  for (const { name } of others) await admin.run(`drop database ${quoteIdentifier(name)} with (force)`);
}
