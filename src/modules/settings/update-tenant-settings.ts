import { inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { lockRule } from '../../access/rule-lock.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { changesOf } from '../../lib/changes-of.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { readSettings } from './read-settings.ts';
import { settingTypes } from './registry.ts';
import { settings } from './tables.ts';

const input = z.object({
  hoursPerDay: settingTypes.hoursPerDay.value.nullish(),
  weekStartsOn: settingTypes.weekStartsOn.value.nullish(),
  workingDays: settingTypes.workingDays.value.nullish(),
  timeBeforeStart: settingTypes.timeBeforeStart.value.nullish(),
  timeAhead: settingTypes.timeAhead.value.nullish(),
  timeApproval: settingTypes.timeApproval.value.nullish(),
  soleOwnerApproves: settingTypes.soleOwnerApproves.value.nullish(),
  leaveOverBalance: settingTypes.leaveOverBalance.value.nullish(),
  trashDays: settingTypes.trashDays.value.nullish(),
});

/** Sets the given settings; null restores the default, absent settings stay. Needs settings:write. */
export async function updateTenantSettings(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ organizationId: string }> {
  requirePermission(viewer, 'settings:write');
  const given = Object.entries(checkInput(input, raw)).filter(([, value]) => value !== undefined);
  // Makes changes wait for each other, so that the event contains the true previous values
  lockRule(tx, 'settings');
  const before = await readSettings(tx);
  await clear(tx, given);
  await set(tx, given);
  const changes = changesOf(before, await readSettings(tx));
  const resourceId = viewer.organizationId;
  if (Object.keys(changes.after).length)
    await recordEvent(tx, viewer, { action: 'settings.updated', resourceType: 'Organization', resourceId, ...changes });
  return { organizationId: resourceId };
}

type SettingValues = readonly (readonly [string, unknown])[];

async function clear(tx: TenantTx, given: SettingValues): Promise<void> {
  const keys = given.filter(([, value]) => value === null).map(([key]) => key);
  if (keys.length) await tx.delete(settings).where(inArray(settings.key, keys));
}

async function set(tx: TenantTx, given: SettingValues): Promise<void> {
  const rows = given.filter(([, value]) => value !== null).map(([key, value]) => ({ key, value }));
  if (!rows.length) return;
  await tx
    .insert(settings)
    .values(rows)
    .onConflictDoUpdate({ target: settings.key, set: { value: sql`excluded.value`, updatedAt: new Date() } });
}
