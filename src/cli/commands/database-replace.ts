import { replaceDatabase } from '../../fleet/databases/replace-database.ts';
import { print } from '../output.ts';
import { readVariable } from '../read-variable.ts';
import type { Host } from '../toolbox.ts';
import { describeDatabase } from './database-list.ts';
import { describeWaiting } from './database-retire.ts';

export interface Flags {
  urlEnv: string;
  adminUrlEnv?: string;
  json?: boolean;
}

export async function run(host: Host, name: string, { urlEnv, adminUrlEnv, json }: Flags): Promise<void> {
  const url = readVariable(urlEnv);
  const adminUrl = adminUrlEnv === undefined ? undefined : readVariable(adminUrlEnv);
  await using toolbox = await host.openFleet();
  const by = { actor: { kind: 'SYSTEM' } } as const;
  const { waiting } = await replaceDatabase(toolbox.fleet, name, { url, adminUrl }, { by });
  const shown = { ...(await describeDatabase(toolbox.fleet, name)), waiting };
  print(host, json, shown, () => `replaced ${name}${describeWaiting(waiting)}`);
}
