import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { createDatabase } from './database.ts';
import { World, type WorldOptions } from './world.ts';

/** A server over an installation of its own, for tests that break connections or limits. */
export async function ownWorld(options: WorldOptions & { locale?: string } = {}): Promise<World> {
  const database = await createDatabase(options.locale);
  const world = await World.open({ ...options, databaseUrl: database.url });
  world.defer(() => database.drop());
  await migrateFleet(world.app.fleet);
  return world;
}
