import path from 'node:path';
import { Admin } from '../../src/db/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/db/embedded.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import { fingerprint } from './fingerprint.ts';
import type { DatasetSpec } from './sizes.ts';

/** Durability is on, as in production. What would run by itself and hit whoever is measured just then is off. */
const settings = {
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  autovacuum: 'off',
  log_line_prefix: '%a|',
  max_connections: 100,
};

/** The benchmark's own server, with its data in `bench/.data`, kept between runs. */
export const startServer = (): Promise<EmbeddedServer> =>
  startEmbedded({ dataDir: path.resolve(import.meta.dirname, '../.data'), settings });

/**
 * Finds or makes the database of a data set, empty or as a copy, and drops those that were made differently. Gives a
 * superuser's address.
 */
export async function openDatabase(server: EmbeddedServer, spec: DatasetSpec, template = 'template0'): Promise<string> {
  await using admin = new Admin({ url: server.urlOf('postgres') });
  const name = `${spec.name}_${fingerprint(spec)}`;
  const databases = await admin.run<{ name: string }>(
    `select datname as name from pg_database where starts_with(datname, $1)`,
    [`${spec.name}_`],
  );
  for (const old of databases) {
    if (old.name !== name) await admin.run(`drop database ${quoteIdentifier(old.name)} with (force)`);
  }
  if (!databases.some((database) => database.name === name)) {
    await admin.run(`create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}`);
  }
  return server.urlOf(name);
}
