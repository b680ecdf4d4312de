import { InvalidArgumentError, Option } from 'commander';
import { isStamp } from '../../fleet/archive/archive-names.ts';
import type { ExportFormat } from '../../fleet/archive/export-tenant.ts';
import { readPercentage } from '../../lib/read-text.ts';
import { addLockOptions, addOpenOptions } from '../archive-key.ts';
import type { Flags as BackupFlags } from '../commands/tenant-backup.ts';
import type { Flags as CloneFlags } from '../commands/tenant-clone.ts';
import type { Flags as ExportFlags } from '../commands/tenant-export.ts';
import type { Flags as RecoverFlags } from '../commands/tenant-recover.ts';
import type { Flags as RestoreFlags } from '../commands/tenant-restore.ts';
import type { Flags as VerifyFlags } from '../commands/tenant-verify.ts';
import { declare } from '../declare.ts';
import { choice, wholeNumber } from '../flags.ts';
import { readTime } from '../read-time.ts';

const formats: Record<ExportFormat, true> = { csv: true, jsonl: true };

export const tenantBackup = declare<[slug: string | undefined, flags: BackupFlags]>({
  usage: 'backup [slug]',
  description: 'Archive one consistent state of an organization, or of all, while it is in use (see docs/archive.md).',
  examples: ['tenant backup acme --to /backups', 'tenant backup --all --keep-days 30 --key-file /etc/chantier/key'],
  options: (command) =>
    addLockOptions(
      command
        .option('--all', 'every organization; one that fails does not stop the others')
        .option('--to <storage>', 'a folder or s3://bucket/prefix (default: backups in DATA_DIR)')
        .option('--parallel <n>', 'with --all: how many at once', wholeNumber(9_999), 2)
        .option(
          '--keep-days <n>',
          'afterwards delete archives of the same organization that are older than n days',
          wholeNumber(9_999),
        )
        .option(
          '--keep-count <n>',
          'afterwards keep only the newest n archives of the organization; with --keep-days, keep younger ones too',
          wholeNumber(9_999),
        )
        .option('--resume <run>', 'with --all: resume an interrupted run', readRun),
    ),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-backup.ts')).run(...args),
});

export const tenantVerify = declare<[file: string | undefined, flags: VerifyFlags]>({
  usage: 'verify [archive]',
  description: 'Prove that archives can be restored: restore into a scratch schema and compare every row.',
  examples: [
    'tenant verify /backups/acme.0190….20261121T104029123Z.tar',
    'tenant verify --all --from /backups --sample 5%',
  ],
  options: (command) =>
    addOpenOptions(
      command
        .option('--all', 'the newest archive of each organization')
        .option('--from <storage>', 'with --all: a folder or s3://bucket/prefix (default: backups in DATA_DIR)')
        .option(
          '--sample <share>',
          'with --all: only this share of them, beginning with those verified longest ago',
          readShare,
        ),
    ),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-verify.ts')).run(...args),
});

export const tenantRestore = declare<[file: string, flags: RestoreFlags]>({
  usage: 'restore <archive>',
  description: 'Restore an organization from an archive, as a new one or over an existing one.',
  examples: [
    'tenant restore /backups/acme.0190….20261121T104029123Z.tar --as acme-2025 --owner ada@acme.example',
    'tenant restore /backups/acme.0190….20261121T104029123Z.tar --as acme-2025 --members',
    'tenant restore /backups/acme.0190….20261121T104029123Z.tar --over acme --yes',
  ],
  options: (command) =>
    addOpenOptions(
      command
        .addOption(
          new Option(
            '--as <slug>',
            'create a new organization, without members unless --owner or --members is given',
          ).conflicts('over'),
        )
        .option('--over <slug>', 'replace the data of this organization; its members and settings stay')
        .option('--from-another', 'with --over: allow the archive of another organization')
        .option('--destroy-issued', 'with --over: also if invoices have been issued since, which must be kept')
        .option('--name <name>', 'with --as: its name (default: the archived one)')
        .addOption(new Option('--owner <email>', 'with --as: the user who becomes its owner').conflicts('members'))
        .option('--members', 'with --as: the members of the archived organization, with their roles')
        .option(
          '--safety-to <storage>',
          'with --over: where its present state is archived first (default: beside the archive)',
        )
        .option('--no-safety', 'with --over: do not archive the present state first'),
    ),
  destroys: (file, { over }) =>
    over === undefined
      ? undefined
      : { what: `This replaces all data of ${over} with that of ${file}; newer changes are lost.`, word: over },
  run: async (...args) => (await import('../commands/tenant-restore.ts')).run(...args),
});

export const tenantRecover = declare<[slug: string, flags: RecoverFlags]>({
  usage: 'recover <slug>',
  description: 'Take an organization out of a cluster that other tools restored to a moment (see docs/operations.md).',
  examples: [
    'tenant recover acme --at 2026-11-30T09:41:07Z --from-cluster-env RESTORED_URL --yes',
    'tenant recover acme --at 2026-11-30T09:41:07Z --from-cluster-env RESTORED_URL --as acme-then',
  ],
  options: (command) =>
    addLockOptions(
      command
        .addOption(
          new Option('--at <time>', 'the moment that the cluster was restored to')
            .argParser(readMoment)
            .makeOptionMandatory(),
        )
        .requiredOption(
          '--from-cluster-env <variable>',
          'the environment variable with the address of the cluster, for a superuser',
        )
        .option(
          '--schema <name>',
          'its schema at that moment (default: from the restored catalog, otherwise its present one)',
        )
        .option('--as <slug>', 'make a new organization, and leave the present one as it is')
        .option('--name <name>', 'with --as: its name (default: the name of the original)')
        .addOption(new Option('--owner <email>', 'with --as: the user who becomes its owner').conflicts('members'))
        .option('--members', 'with --as: the members of the organization, with their roles')
        .option('--safety-to <storage>', 'where the present state is archived first (default: backups in DATA_DIR)')
        .option('--no-safety', 'do not archive the present state first'),
    ),
  destroys: (slug, { as, at }) =>
    as === undefined
      ? {
          what: `This replaces all data of ${slug} with that of ${at.toISOString()}; newer changes are lost.`,
          word: slug,
        }
      : undefined,
  run: async (...args) => (await import('../commands/tenant-recover.ts')).run(...args),
});

export const tenantClone = declare<[slug: string, newSlug: string, flags: CloneFlags]>({
  usage: 'clone <slug> <new-slug>',
  description: 'Copy the present state of an organization into a new one: same ids, the owner as its only member.',
  examples: ['tenant clone acme acme-training --name "Acme (training)" --owner ada@acme.example'],
  options: (command) =>
    command
      .option('--name <name>', 'its name (default: the name of the original)')
      .option('--owner <email>', 'the user who becomes its owner'),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-clone.ts')).run(...args),
});

export const tenantExport = declare<[slug: string, flags: ExportFlags]>({
  usage: 'export <slug>',
  description:
    'Write the data of an organization in a readable format, one file per table. Only backups can be restored.',
  examples: ['tenant export acme --format csv --to /exports/acme-2026-11'],
  options: (command) =>
    command
      .addOption(choice('--format <format>', 'format of the files', Object.keys(formats)).makeOptionMandatory())
      .requiredOption('--to <folder>', 'a new folder'),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-export.ts')).run(...args),
});

function readMoment(text: string): Date {
  const time = readTime(text);
  if (!time) throw new InvalidArgumentError('must be an instant such as 2026-11-30T09:41:07Z');
  return time;
}

function readShare(text: string): number {
  const share = readPercentage(text);
  if (share === undefined) throw new InvalidArgumentError('must be a share such as 5%');
  return share;
}

function readRun(text: string): string {
  if (!isStamp(text)) throw new InvalidArgumentError('must be the name of a run, such as 20261121T104029123Z');
  return text;
}
