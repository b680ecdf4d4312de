import type { Flags as CreateFlags } from '../commands/tenant-create.ts';
import type { Flags as MaintainFlags } from '../commands/tenant-maintain.ts';
import type { Flags as MetricsFlags } from '../commands/tenant-metrics.ts';
import type { Flags as ModuleFlags } from '../commands/tenant-module.ts';
import type { Flags as ProveFlags } from '../commands/tenant-prove.ts';
import type { Flags as SparesFlags } from '../commands/tenant-spares.ts';
import { declare } from '../declare.ts';
import { type JsonFlag, wholeNumber } from '../flags.ts';

export const tenantCreate = declare<[name: string, flags: CreateFlags]>({
  usage: 'create <name>',
  description: 'Create an organization with a schema of its own. Rerun it with the same --slug to complete it.',
  examples: [
    'tenant create "Acme Conseil" --slug acme --time-zone Europe/Paris --locale fr-FR --currency EUR',
    'tenant create Globex --owner ada@globex.example',
  ],
  options: (command) =>
    command
      .option('--slug <slug>', 'its name in addresses: 3 to 50 of a-z, 0-9 and - (default: made from the name)')
      .option('--time-zone <zone>', 'its time zone', 'UTC')
      .option('--locale <locale>', 'its locale', 'en')
      .option('--currency <code>', 'its currency', 'EUR')
      .option('--owner <email>', 'invite this address as the owner: by mail, or by a link where no mail is configured'),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-create.ts')).run(...args),
});

export const tenantList = declare<[flags: JsonFlag]>({
  usage: 'list',
  description: 'List the organizations.',
  examples: ['tenant list', 'tenant list --json'],
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-list.ts')).run(...args),
});

export const tenantShow = declare<[slug: string, flags: JsonFlag]>({
  usage: 'show <slug>',
  description: 'Show one organization: where its data is, its status and modules.',
  examples: ['tenant show acme'],
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-show.ts')).run(...args),
});

export const tenantRename = declare<[slug: string, wanted: string, flags: JsonFlag & { name?: string }]>({
  usage: 'rename <slug> <new-slug>',
  description: 'Change the slug of an organization. No data moves; addresses with the old slug stop working.',
  examples: ['tenant rename acme acme-conseil --name "Acme Conseil"'],
  options: (command) => command.option('--name <name>', 'also change the name that people see'),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-rename.ts')).run(...args),
});

const status = (name: 'suspend' | 'resume' | 'archive' | 'unarchive', description: string) =>
  declare<[slug: string, flags: JsonFlag]>({
    usage: `${name} <slug>`,
    description,
    examples: [`tenant ${name} acme`],
    destroys: null,
    run: async (host, ...args) => (await import('../commands/tenant-status.ts')).run(host, name, ...args),
  });

export const tenantSuspend = status('suspend', 'Stop serving an organization temporarily.');
export const tenantResume = status('resume', 'Serve a suspended organization again.');
export const tenantArchive = status('archive', 'Stop serving an organization permanently, and keep its data.');
export const tenantUnarchive = status('unarchive', 'Serve an archived organization again.');

export const moduleEnable = declare<[slug: string, name: string, flags: JsonFlag]>({
  usage: 'enable <slug> <module>',
  description: 'Create the tables of an optional module for an organization, and enable it.',
  examples: ['tenant module enable acme billing'],
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-module.ts')).runEnable(...args),
});

export const moduleDisable = declare<[slug: string, name: string, flags: ModuleFlags]>({
  usage: 'disable <slug> <module>',
  description: 'Disable a module for an organization. Its data is kept, unless --purge drops it.',
  examples: ['tenant module disable acme billing', 'tenant module disable acme billing --purge --yes'],
  options: (command) =>
    command
      .option('--purge', 'drop its tables for good')
      .option('--destroy-issued', 'with --purge: also if they contain issued invoices, which must be kept'),
  destroys: (slug, name, { purge }) =>
    purge ? { what: `This drops all data of the module ${name} of ${slug} for good.`, word: slug } : undefined,
  run: async (...args) => (await import('../commands/tenant-module.ts')).runDisable(...args),
});

export const tenantSpares = declare<[flags: SparesFlags]>({
  usage: 'spares',
  description: 'Show the spare schemas that `tenant create` uses; build more with --keep.',
  examples: ['tenant spares', 'tenant spares --keep 200 --parallel 4'],
  options: (command) =>
    command
      .option('--keep <n>', 'build spares until there are this many', wholeNumber(10_000))
      .option('--parallel <n>', 'how many at once', wholeNumber(100), 2),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-spares.ts')).run(...args),
});

export const tenantMetrics = declare<[slug: string | undefined, flags: MetricsFlags]>({
  usage: 'metrics [slug]',
  description:
    'Show how much organizations store and when they were last active; for one, also its slowest operations.',
  examples: ['tenant metrics', 'tenant metrics acme --exact', 'tenant metrics acme --server http://127.0.0.1:9464'],
  options: (command) =>
    command
      .option('--exact', 'count bytes and rows instead of using the latest estimates of the database')
      .option('--server <url>', 'the server to ask (default: the one configured by METRICS_PORT or METRICS_TOKEN)'),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-metrics.ts')).run(...args),
});

export const tenantMaintain = declare<[slug: string | undefined, flags: MaintainFlags]>({
  usage: 'maintain [slug]',
  description: 'Delete rows past their retention, vacuum, analyze and rebuild bloated indexes. Rerun it to resume.',
  examples: ['tenant maintain acme', 'tenant maintain --all', 'tenant maintain acme --reindex'],
  options: (command) =>
    command
      .option('--all', 'every organization, one after the other in each database, and the catalog')
      .option('--reindex', 'rebuild every index, not only bloated ones'),
  overFleet: true,
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-maintain.ts')).run(...args),
});

export const tenantProve = declare<[flags: ProveFlags]>({
  usage: 'prove',
  description: 'Prove isolation: two scratch organizations attack each other on every path, and are removed.',
  examples: ['tenant prove', 'tenant prove --only rights pool --json'],
  options: (command) => command.option('--only <attack...>', 'only these kinds of attack'),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-prove.ts')).run(...args),
});
