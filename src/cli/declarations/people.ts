import { roles } from '../../identity/roles.ts';
import type { Flags as TokenFlags } from '../commands/token.ts';
import type { Flags as CreateFlags } from '../commands/user-create.ts';
import { declare } from '../declare.ts';
import { choice } from '../flags.ts';

export const userCreate = declare<[email: string, flags: CreateFlags]>({
  usage: 'create <email>',
  description: 'Create a user, or take the one with this address, and add them to an organization.',
  examples: ['user create ada@acme.example --first-name Ada --last-name Byron --tenant acme --role OWNER'],
  options: (command) =>
    command
      .requiredOption('--first-name <name>', 'first name')
      .requiredOption('--last-name <name>', 'last name')
      .option('--tenant <slug>', 'the organization to join')
      .addOption(choice('--role <role>', 'role in the organization', roles).default('MEMBER'))
      .option('--password-env <variable>', 'environment variable that holds the password (default: none, reset it)'),
  destroys: null,
  run: async (...args) => (await import('../commands/user-create.ts')).run(...args),
});

export const token = declare<[flags: TokenFlags]>({
  usage: 'token',
  description: 'Print an access token of a user for an organization, and nothing else.',
  examples: ['token --tenant acme --user ada@acme.example'],
  options: (command) =>
    command.requiredOption('--tenant <slug>', 'the organization').requiredOption('--user <email>', 'the user'),
  json: false,
  destroys: null,
  run: async (...args) => (await import('../commands/token.ts')).run(...args),
});
