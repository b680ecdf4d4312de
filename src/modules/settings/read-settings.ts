import type { TenantDb } from '../../tenancy/binding.ts';
import { settingsOf, type TenantSettings } from './registry.ts';
import { settings } from './tables.ts';

/** The tenant's settings, with defaults where nothing is set: for use cases, whoever the viewer is. */
export async function readSettings(db: TenantDb): Promise<TenantSettings> {
  return settingsOf(await db.select({ key: settings.key, value: settings.value }).from(settings));
}
