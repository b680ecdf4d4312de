import { registerDatabase } from '../../fleet/databases/register-database.ts';
import { print } from '../output.ts';
import { readVariable } from '../read-variable.ts';
import type { Host } from '../toolbox.ts';
import { describeDatabase } from './database-list.ts';

export interface Flags {
  urlEnv: string;
  adminUrlEnv?: string;
  kind: 'shared' | 'dedicated';
  json?: boolean;
}

export async function run(host: Host, name: string, { urlEnv, adminUrlEnv, kind, json }: Flags): Promise<void> {
  const url = readVariable(urlEnv);
  const adminUrl = adminUrlEnv === undefined ? undefined : readVariable(adminUrlEnv);
  await using toolbox = await host.openFleet();
  const wanted = { name, url, adminUrl, kind: kind === 'shared' ? 'SHARED' : 'DEDICATED' } as const;
  const added = await registerDatabase(toolbox.fleet, wanted, { by: { actor: { kind: 'SYSTEM' } } });
  print(host, json, await describeDatabase(toolbox.fleet, added.name), () => `registered ${added.name}`);
}
