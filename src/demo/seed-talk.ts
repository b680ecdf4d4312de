import type { TenantTx } from '../tenancy/binding.ts';
import type { Cast } from './cast.ts';
import type { DemoProject } from './content.ts';

/** What is said to the whole company. */
export async function seedWelcome(_tx: TenantTx, _as: Cast, _text: string): Promise<void> {}

/** What is said in the channel of a project. */
export async function seedTalk(
  _tx: TenantTx,
  _as: Cast,
  _projectId: string,
  _talk: DemoProject['talk'],
): Promise<void> {}
