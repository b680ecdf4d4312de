import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { MigrationLines, migrationsRoot } from '../../src/fleet/schemas/migration-lines.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { surveyPlaces } from '../../src/fleet/survey.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { environment } from '../data/environment.ts';

/** Opens the program on a database; with the migrations of a folder, or its own. */
export async function openFleet(url: string, root = migrationsRoot): Promise<{ app: App; fleet: Fleet }> {
  const config = loadConfig(environment(url));
  const app = await App.open({ config, logger: createLogger({ level: 'error', stream: 'stderr' }) });
  return { app, fleet: { ...app.fleet, lines: new MigrationLines(root) } };
}

/** Makes tenants with all core modules until there are so many; gives how many were missing. */
export async function makeTenants(fleet: Fleet, count: number, parallel: number): Promise<number> {
  await migrateFleet(fleet);
  const there = (await surveyPlaces(fleet.catalog)).length;
  let next = there;
  const worker = async () => {
    while (next < count) {
      const name = `Company ${next++}`;
      await provisionTenant(fleet, { name, timeZone: 'UTC', locale: 'en', currency: 'EUR' });
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return Math.max(0, count - there);
}

/** The migrations of this build in a folder of their own, to which a release of the future can be added. */
export class Release {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Lies beside the data, which has it after the run. */
  static async in(dataDir: string): Promise<Release> {
    const root = path.join(dataDir, 'release');
    await cp(migrationsRoot, root, { recursive: true });
    return new Release(root);
  }

  /** One column and one index on the tasks. */
  async add(column: string): Promise<void> {
    const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const folder = path.join(this.root, 'tasks', `9${stamp.slice(1)}_${column}`);
    await mkdir(folder);
    const index = `CREATE INDEX "${column}_idx" ON "tasks" ("${column}");`;
    const statements = [`ALTER TABLE "tasks" ADD COLUMN "${column}" text;`, index];
    await writeFile(path.join(folder, 'migration.sql'), statements.join('\n--> statement-breakpoint\n'));
  }
}
