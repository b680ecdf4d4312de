import { addLockOptions } from '../archive-key.ts';
import type { Flags as DeleteFlags } from '../commands/tenant-delete.ts';
import { declare } from '../declare.ts';
import { duration, type JsonFlag } from '../flags.ts';

export const tenantDelete = declare<[slug: string, flags: DeleteFlags]>({
  usage: 'delete <slug>',
  description: 'Delete an organization: access ends at once; its data is dropped after a grace period.',
  examples: ['tenant delete acme --grace 30d --backup /backups --yes', 'tenant delete acme --now --yes'],
  options: (command) =>
    addLockOptions(
      command
        .option(
          '--grace <time>',
          'how long `undelete` can restore it: 12h, 30d (default: 30d)',
          duration(3650 * 86_400),
        )
        .option('--now', 'drop the data at once and permanently')
        .option(
          '--backup <storage>',
          'a folder or s3://bucket/prefix for a last archive, made once nobody can change the data',
        ),
    ),
  destroys: (slug, { now }) => ({
    what: now
      ? `This ends all access to ${slug} and drops its data for good.`
      : `This ends all access to ${slug} at once, and drops its data later; until then \`tenant undelete\` restores it.`,
    word: slug,
  }),
  run: async (...args) => (await import('../commands/tenant-delete.ts')).run(...args),
});

export const tenantUndelete = declare<[slug: string, flags: JsonFlag]>({
  usage: 'undelete <slug>',
  description: 'Undo a deletion within its grace period.',
  examples: ['tenant undelete acme'],
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-delete.ts')).runUndelete(...args),
});

export const tenantPurge = declare<[flags: JsonFlag]>({
  usage: 'purge',
  description: 'Drop what is due, as running servers do: deleted organizations, old copies, failed attempts.',
  examples: ['tenant purge --yes'],
  overFleet: true,
  destroys: () => ({
    what: 'This drops, for good, every deleted organization whose grace period is over, and every old copy.',
    word: 'purge',
  }),
  run: async (...args) => (await import('../commands/tenant-purge.ts')).run(...args),
});

export const tenantReceipt = declare<[slugOrId: string, flags: JsonFlag]>({
  usage: 'receipt <slug-or-id>',
  description: 'Show the receipt of a deleted organization, by its former slug or its id.',
  examples: ['tenant receipt acme'],
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-receipt.ts')).run(...args),
});
