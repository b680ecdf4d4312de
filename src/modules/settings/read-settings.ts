import type { TenantDb } from '../../tenancy/tenant-session.ts';
import { settingsOf, type TenantSettings } from './registry.ts';
import { settings } from './tables.ts';

/** The tenant's settings, with defaults where nothing is set. For use cases: no check of the viewer. */
export async function readSettings(db: Pick<TenantDb, 'select'>): Promise<TenantSettings> {
  return settingsOf(await db.select({ key: settings.key, value: settings.value }).from(settings).where(undefined));
}
