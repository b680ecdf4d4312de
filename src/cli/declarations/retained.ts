import type { DropFlags, RestoreFlags } from '../commands/tenant-retained.ts';
import { declare } from '../declare.ts';
import type { JsonFlag } from '../flags.ts';

export const retainedList = declare<[slug: string | undefined, flags: JsonFlag]>({
  usage: 'list [slug]',
  description: 'List the former copies of organizations that moves and restores retained.',
  examples: ['tenant retained list', 'tenant retained list acme'],
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-retained.ts')).run(...args),
});

export const retainedRestore = declare<[slug: string, flags: RestoreFlags]>({
  usage: 'restore <slug>',
  description: 'Replace the data of an organization with that of a retained copy. Its members and settings stay.',
  examples: ['tenant retained restore acme --yes'],
  options: (command) =>
    command
      .option('--schema <name>', 'which copy, when there are several')
      .option('--safety-to <storage>', 'where its present state is archived first (default: backups in DATA_DIR)')
      .option('--no-safety', 'do not archive the present state first')
      .option('--destroy-issued', 'also if invoices have been issued since, which must be kept'),
  destroys: (slug) => ({
    what: `This replaces all data of ${slug} with that of the retained copy; newer changes are lost.`,
    word: slug,
  }),
  run: async (...args) => (await import('../commands/tenant-retained.ts')).runRestore(...args),
});

export const retainedDrop = declare<[slug: string, flags: DropFlags]>({
  usage: 'drop <slug>',
  description: 'Drop a retained copy now, after checking that the data of the served copy can be read.',
  examples: ['tenant retained drop acme --yes'],
  options: (command) => command.option('--schema <name>', 'which copy, when there are several'),
  destroys: (slug) => ({
    what: `This drops a former copy of the data of ${slug}; it cannot be restored afterwards.`,
    word: slug,
  }),
  run: async (...args) => (await import('../commands/tenant-retained.ts')).runDrop(...args),
});
