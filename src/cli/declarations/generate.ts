import { declare } from '../declare.ts';

export const generateModule = declare<[name: string, resource: string, flags: { optional?: boolean }]>({
  usage: 'module <name> <Resource>',
  description:
    'Add a module with its first resource: table, rule, declaration, test and migration (docs/resources.md).',
  examples: ['generate module buying PurchaseOrder', 'generate module support Ticket --optional'],
  options: (command) => command.option('--optional', 'organizations switch it on and off'),
  json: false,
  destroys: null,
  run: async (...args) => (await import('../commands/generate.ts')).runModule(...args),
});

export const generateResource = declare<[name: string, flags: { module: string }]>({
  usage: 'resource <Name>',
  description: 'Add a resource to a module: table, rule, declaration, test and migration (docs/resources.md).',
  examples: ['generate resource Supplier --module buying'],
  options: (command) => command.requiredOption('--module <name>', 'the module that it belongs to'),
  json: false,
  destroys: null,
  run: async (...args) => (await import('../commands/generate.ts')).runResource(...args),
});
