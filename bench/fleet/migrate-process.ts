import { migrateFleet } from '../../src/tenancy/migrate.ts';
import { openFleet } from './estate.ts';

/* Migrates the fleet of a database to the release in a folder: a process of its own, so that it can be killed. */
const [url, root] = process.argv.slice(2) as [string, string];
const { app, fleet } = await openFleet(url, root);
process.stdout.write('begin\n');
const { migrated, failed } = await migrateFleet(fleet);
process.stdout.write(`${JSON.stringify({ migrated: migrated.length, failed: failed.length })}\n`);
await app[Symbol.asyncDispose]();
