import type { Command } from 'commander';
import type { CheckFlags, ListFlags, PushFlags, VersionFlags } from '../commands/documents.ts';
import { declare } from '../declare.ts';

const addVersion = (command: Command): Command =>
  command
    .requiredOption('--client <name>', 'the client program')
    .requiredOption('--client-version <version>', 'its version')
    .option('--tenant <slug>', 'only for this organization (default: for the whole installation)');

export const documentsPush = declare<[manifest: string, flags: PushFlags]>({
  usage: 'push <manifest>',
  description:
    'Register the documents of a client version from the manifest that its build wrote: all of them, or none if one is refused.',
  examples: ['documents push persisted-documents.json --client web --client-version 3.2.0'],
  options: (command) =>
    addVersion(command).option('--pending', 'refuse requests with them until they are pushed again'),
  destroys: null,
  run: async (...args) => (await import('../commands/documents.ts')).runPush(...args),
});

export const documentsCheck = declare<[flags: CheckFlags]>({
  usage: 'check',
  description: 'Name the client versions whose registered documents a graph could not run. Fails if there are any.',
  examples: ['documents check', 'documents check --schema schema.graphql'],
  options: (command) =>
    command
      .option('--schema <file>', 'the graph as a schema document (default: the graph of this build)')
      .option('--tenant <slug>', 'only documents of this organization'),
  destroys: null,
  run: async (...args) => (await import('../commands/documents.ts')).runCheck(...args),
});

export const documentsList = declare<[flags: ListFlags]>({
  usage: 'list',
  description: 'List the client versions with the use of their documents, the newest first.',
  examples: ['documents list', 'documents list --tenant acme --json'],
  options: (command) => command.option('--tenant <slug>', 'of one organization (default: of the installation)'),
  destroys: null,
  run: async (...args) => (await import('../commands/documents.ts')).runList(...args),
});

export const documentsRetire = declare<[flags: VersionFlags]>({
  usage: 'retire',
  description: 'Refuse the documents that only this client version uses. Push the version again to undo this.',
  examples: ['documents retire --client web --client-version 3.1.0'],
  options: addVersion,
  destroys: null,
  run: async (...args) => (await import('../commands/documents.ts')).runRetire(...args),
});
