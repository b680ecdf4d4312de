import type { Command } from 'commander';
import type { Flags as AddFlags } from '../commands/database-add.ts';
import type { Flags as ReplaceFlags } from '../commands/database-replace.ts';
import type { Flags as RetireFlags } from '../commands/database-retire.ts';
import type { Flags as MoveFlags } from '../commands/tenant-move.ts';
import { declare } from '../declare.ts';
import { choice, type JsonFlag } from '../flags.ts';

const addUrlOptions = (command: Command): Command =>
  command
    .requiredOption('--url-env <variable>', 'environment variable that contains its address')
    .option(
      '--admin-url-env <variable>',
      'environment variable with the same address for a login that can create roles and schemas',
    );

export const databaseAdd = declare<[name: string, flags: AddFlags]>({
  usage: 'add <name>',
  description: 'Register a further database and prepare it. Rerun it to resume, or to change its addresses.',
  examples: [
    'database add paris --url-env PARIS_URL',
    'database add acme-own --kind dedicated --url-env ACME_URL --admin-url-env ACME_ADMIN_URL',
  ],
  options: (command) =>
    addUrlOptions(command).addOption(
      choice('--kind <kind>', 'for many organizations or for one', ['shared', 'dedicated']).default('shared'),
    ),
  destroys: null,
  run: async (...args) => (await import('../commands/database-add.ts')).run(...args),
});

export const databaseList = declare<[flags: JsonFlag]>({
  usage: 'list',
  description: 'List the databases that contain organizations.',
  examples: ['database list'],
  destroys: null,
  run: async (...args) => (await import('../commands/database-list.ts')).run(...args),
});

export const databaseShow = declare<[name: string, flags: JsonFlag]>({
  usage: 'show <name>',
  description: 'Show one database: its address, its contents, and the result of its last check.',
  examples: ['database show paris'],
  destroys: null,
  run: async (...args) => (await import('../commands/database-list.ts')).runShow(...args),
});

export const databaseCheck = declare<[name: string | undefined, flags: JsonFlag]>({
  usage: 'check [name]',
  description: 'Connect to every database, or one, and check that it is the registered one.',
  examples: ['database check', 'database check paris'],
  destroys: null,
  run: async (...args) => (await import('../commands/database-check.ts')).run(...args),
});

export const databaseReplace = declare<[name: string, flags: ReplaceFlags]>({
  usage: 'replace <name>',
  description: 'Replace a lost database with another one, into which archives can be restored.',
  examples: ['database replace paris --url-env NEW_PARIS_URL --yes'],
  options: (command) => addUrlOptions(command),
  destroys: (name) => ({
    what: `This gives up the database ${name}: its organizations must be restored from archives.`,
    word: name,
  }),
  run: async (...args) => (await import('../commands/database-replace.ts')).run(...args),
});

export const databaseRetire = declare<[name: string, flags: RetireFlags]>({
  usage: 'retire <name>',
  description: 'Stop using a database that is lost, or that contains no organization any more. Its contents stay.',
  examples: ['database retire paris', 'database retire paris --lost --yes'],
  options: (command) =>
    command.option('--lost', 'give up a lost database: its organizations must be restored from archives, or deleted'),
  destroys: (name, { lost }) =>
    lost
      ? { what: `This gives up the database ${name}: its organizations must be restored from archives.`, word: name }
      : undefined,
  run: async (...args) => (await import('../commands/database-retire.ts')).run(...args),
});

export const tenantMove = declare<[slug: string, flags: MoveFlags]>({
  usage: 'move <slug>',
  description:
    'Move an organization to another database while it is served, or show its last move. Rerun it to resume.',
  examples: ['tenant move acme --to paris', 'tenant move acme', 'tenant move acme --confirm --yes'],
  options: (command) =>
    command
      .option('--to <database>', 'the database to move it to')
      .option('--confirm', 'end its move: drop the copy in the former database')
      .option('--rollback', 'move it back, with everything written since')
      .option('--cancel', 'undo a move that has not switched yet'),
  destroys: (slug, { confirm }) =>
    confirm
      ? { what: `This drops the copy of ${slug} in its former database; --rollback is then impossible.`, word: slug }
      : undefined,
  run: async (...args) => (await import('../commands/tenant-move.ts')).run(...args),
});
