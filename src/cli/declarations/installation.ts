import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { later } from '../../lib/clock.ts';
import { isUuid } from '../../lib/ids.ts';
import { readDuration } from '../../lib/read-text.ts';
import { addLockOptions, addOpenOptions } from '../archive-key.ts';
import type { Flags as AuditFlags } from '../commands/audit.ts';
import type { Flags as BackupFlags } from '../commands/backup.ts';
import type { StatusFlags as BackupStatusFlags } from '../commands/backup-status.ts';
import type { Flags as DoctorFlags } from '../commands/doctor.ts';
import type { Flags as MigrateFlags } from '../commands/migrate.ts';
import type { Flags as RestoreFlags } from '../commands/restore.ts';
import { declare } from '../declare.ts';
import { type JsonFlag, list, wholeNumber } from '../flags.ts';
import { readTime } from '../read-time.ts';
import type { Host } from '../toolbox.ts';

export const serve = declare<[flags: object]>({
  usage: 'serve',
  description: 'Run the server until SIGTERM or SIGINT. The environment configures it (see .env.example).',
  examples: ['serve'],
  json: false,
  destroys: null,
  run: (host) => host.serve(),
});

export const migrate = declare<[only: string | undefined, flags: MigrateFlags]>({
  usage: 'migrate [tenant]',
  description: 'Bring the catalog and all schemas, or those of one organization, up to this build. Rerun it to resume.',
  examples: ['migrate --status', 'migrate --canary acme,globex --parallel 4', 'migrate acme'],
  options: (command) =>
    command
      .option('--status', 'show what is pending, and change nothing')
      .option('--dry-run', 'like --status, and name every migration')
      .option('--canary <tenants>', 'migrate these first, separated by commas; @name is a group of CANARY_GROUPS', list)
      .option('--parallel <n>', 'how many at once in each database', wholeNumber(999), 4)
      .option('--lock-timeout <ms>', 'how long a statement waits for a lock', wholeNumber(60_000), 3000),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/migrate.ts')).run(...args),
});

export const doctor = declare<[flags: DoctorFlags]>({
  usage: 'doctor',
  description:
    'Compare every schema, role, right and setting with what this build expects. Changes nothing without --repair.',
  examples: ['doctor', 'doctor --tenant acme --json', 'doctor --repair'],
  options: (command) =>
    command
      .option('--tenant <slug>', 'compare only the schema of this organization')
      .option('--repair', 'first repair organizations that cannot write because a move was interrupted'),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/doctor.ts')).run(...args),
});

export const audit = declare<[flags: AuditFlags]>({
  usage: 'audit',
  description: 'Read the audit log, newest entries first.',
  examples: ['audit --tenant acme --since 7d', 'audit --action organization.deleted --limit 20 --json'],
  options: (command) =>
    command
      .option('--tenant <slug>', 'entries of one organization, also of a deleted one')
      .option('--since <time>', 'from a day, an instant (2026-05-01T08:00Z) or a time ago (12h, 7d)', readSince)
      .option('--action <name>', 'entries of one kind, such as organization.deleted')
      .option('--limit <n>', 'how many at most', wholeNumber(1000), 100)
      .option('--before <id>', 'the next page: `next` of the previous page', readId),
  destroys: null,
  run: async (...args) => (await import('../commands/audit.ts')).run(...args),
});

export const backup = declare<[flags: BackupFlags]>({
  usage: 'backup',
  description:
    'Archive the catalog: organizations, users, and keys encrypted with SECRET. `tenant backup` archives data.',
  examples: ['backup --catalog', 'backup --catalog --to /backups --keep-days 30'],
  options: (command) =>
    addLockOptions(
      command
        .option('--catalog', 'the catalog')
        .option('--to <storage>', 'a folder or s3://bucket/prefix (default: backups in DATA_DIR)')
        .option(
          '--keep-days <n>',
          'afterwards delete archives of the catalog that are older than n days',
          wholeNumber(9_999),
        )
        .option(
          '--keep-count <n>',
          'afterwards keep only the newest n archives of the catalog; with --keep-days, keep younger ones too',
          wholeNumber(9_999),
        ),
    ),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/backup.ts')).run(...args),
});

export const backupStatus = declare<[flags: BackupStatusFlags]>({
  usage: 'status',
  description: 'Show the archives at each target of BACKUP_TO, their age, and how the last runs and drills ended.',
  examples: ['backup status', 'backup status --json'],
  destroys: null,
  run: async (...args) => (await import('../commands/backup-status.ts')).run(...args),
});

export const backupRun = declare<[flags: BackupStatusFlags]>({
  usage: 'run',
  description: 'Do what BACKUP_SCHEDULE does: archive the catalog and every organization at each target of BACKUP_TO.',
  examples: ['backup run'],
  destroys: null,
  run: async (...args) => (await import('../commands/backup-run.ts')).run(...args),
});

export const restore = declare<[file: string, flags: RestoreFlags]>({
  usage: 'restore <archive>',
  description: 'Restore the catalog into a new installation. `tenant restore --over` then restores each organization.',
  examples: ['restore /backups/catalog.20261121T104029123Z.tar --catalog'],
  options: (command) => addOpenOptions(command.requiredOption('--catalog', 'the catalog')),
  destroys: null,
  run: async (...args) => (await import('../commands/restore.ts')).run(...args),
});

export const secretsReseal = declare<[flags: JsonFlag]>({
  usage: 'reseal',
  description: 'Seal everything under the current SECRET, and renew the passwords of the logins that derive from it.',
  examples: ['secrets reseal'],
  destroys: null,
  run: async (...args) => (await import('../commands/secrets-reseal.ts')).run(...args),
});

export const schemaPrint = declare<[flags: PrintFlags]>({
  usage: 'print',
  description: 'Print the graph as a schema document.',
  examples: ['schema print', 'schema print --out schema.graphql'],
  options: (command) => command.option('--out <file>', 'write this file instead'),
  json: false,
  destroys: null,
  run: async (host, flags) => printTo(host, await host.printSchema(), flags),
});

export const schemaPersonalData = declare<[flags: PrintFlags]>({
  usage: 'personal-data',
  description: 'Print the register of personal data as Markdown.',
  examples: ['schema personal-data', 'schema personal-data --out docs/personal-data.md'],
  options: (command) => command.option('--out <file>', 'write this file instead'),
  json: false,
  destroys: null,
  run: async (host, flags) => printTo(host, await host.printPersonalData(), flags),
});

interface PrintFlags {
  out?: string;
}

/** A shell empties the file of `>` before the program starts; with `--out`, a failed program leaves it unchanged. */
async function printTo(host: Host, text: string, { out }: PrintFlags): Promise<void> {
  if (out === undefined) host.stdout.write(text);
  else await writeFile(out, text);
}

const longestAgo = 36_500 * 86_400;

function readSince(text: string): Date {
  const ago = readDuration(text, 1, longestAgo);
  const time = ago === undefined ? readTime(text) : later(new Date(), -ago * 1000);
  if (!time) throw new InvalidArgumentError('must be a day, an instant, or a duration such as 12h or 7d');
  return time;
}

function readId(text: string): string {
  if (!isUuid(text)) throw new InvalidArgumentError('must be the `next` of a page');
  return text;
}
