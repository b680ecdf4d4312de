import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '../../src/db/admin.ts';
import { poll } from '../../src/lib/poll.ts';
import type { Release } from './estate.ts';

export interface KillReport {
  kills: number;
  /** How many of them hit a run that had not ended. */
  during: number;
  /** Schemas that were found with a part of a migration only. There must be none. */
  torn: number;
}

interface Parts {
  column: boolean;
  index: boolean;
  ledger: boolean;
}

const partsOf = `select exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = $1 and not a.attisdropped) as column,
    exists (select from pg_class i where i.relnamespace = c.relnamespace and i.relname = $1 || '_idx') as index,
    exists (select from chantier.tenant_migrations m where m.schema_name = n.nspname and m.name like '%\\_' || $1) as ledger
  from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relname = 'tasks' where n.nspname like 'tenant\\_%'`;

/** Kills migrations of the whole fleet at random moments; after each, every schema must be entirely old or new. */
export async function killMigrations(
  url: string,
  release: Release,
  kills: number,
  longestMs: number,
): Promise<KillReport> {
  await using admin = new Admin({ url });
  const report: KillReport = { kills: 0, during: 0, torn: 0 };
  let column = '';
  let ended = true;
  while (report.kills < kills) {
    if (ended) {
      column = `killed_${report.kills}`;
      await release.add(column);
    }
    ended = await runAndKill(url, release.root, Math.random() * longestMs);
    report.kills++;
    if (!ended) report.during++;
    await untilAlone(admin);
    const all = await admin.run<Parts>(partsOf, [column]);
    report.torn += all.filter(({ column, index, ledger }) => column !== index || index !== ledger).length;
  }
  return report;
}

/** Whether it ended before it was killed. */
async function runAndKill(url: string, root: string, afterMs: number): Promise<boolean> {
  const file = path.join(import.meta.dirname, 'migrate-process.ts');
  const child = spawn(process.execPath, [file, root], {
    env: { ...process.env, FLEET_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout!, 'data'), closed]);
  await Promise.race([delay(afterMs), closed]);
  const ended = child.exitCode !== null;
  child.kill('SIGKILL');
  await closed;
  return ended;
}

/** The server notices a moment later that nobody is there any more. */
async function untilAlone(admin: Admin): Promise<void> {
  const others = `select pid from pg_stat_activity where datname = current_database() and application_name like 'chantier%' and pid <> pg_backend_pid()`;
  await poll(async () => ((await admin.run(others)).length === 0 ? true : undefined), 30_000);
}
