import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { openFleet } from './estate.ts';

/* Migrates the fleet of FLEET_URL to the release in a folder: a process of its own, so that it can be killed. */
const { app, fleet } = await openFleet(process.env.FLEET_URL!, process.argv[2]!);
process.stdout.write('begin\n');
const { migrated, failed } = await migrateFleet(fleet);
process.stdout.write(`${JSON.stringify({ migrated: migrated.length, failed: failed.length })}\n`);
await app[Symbol.asyncDispose]();
