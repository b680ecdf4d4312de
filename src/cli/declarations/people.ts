import { InvalidArgumentError } from 'commander';
import { roles } from '../../identity/roles.ts';
import type { CreateFlags as KeyFlags, RotateFlags } from '../commands/apikey.ts';
import type { Flags as TokenFlags } from '../commands/token.ts';
import type { ListFlags } from '../commands/user.ts';
import type { Flags as CreateFlags } from '../commands/user-create.ts';
import { declare } from '../declare.ts';
import { choice, duration, type JsonFlag, list, wholeNumber } from '../flags.ts';
import { readTime } from '../read-time.ts';

/** Seconds. */
const day = 24 * 60 * 60;

export const userCreate = declare<[email: string, flags: CreateFlags]>({
  usage: 'create <email>',
  description: 'Create a user, or find the existing one with this address, and add them to an organization.',
  examples: ['user create ada@acme.example --first-name Ada --last-name Byron --tenant acme --role OWNER'],
  options: (command) =>
    command
      .requiredOption('--first-name <name>', 'first name')
      .requiredOption('--last-name <name>', 'last name')
      .option('--tenant <slug>', 'the organization to join')
      .addOption(choice('--role <role>', 'role in the organization', roles).default('MEMBER'))
      .option(
        '--password-env <variable>',
        'environment variable with the password (default: none; the user resets it)',
      ),
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

export const userList = declare<[flags: ListFlags]>({
  usage: 'list',
  description: 'List the users by address, with their organizations and roles.',
  examples: ['user list', 'user list --tenant acme --json'],
  options: (command) =>
    command
      .option('--tenant <slug>', 'members of one organization')
      .option('--limit <n>', 'how many at most', wholeNumber(10_000), 1000)
      .option('--after <email>', 'the next page: the last address of the previous page'),
  destroys: null,
  run: async (...args) => (await import('../commands/user.ts')).runList(...args),
});

export const userSetPassword = declare<[email: string, flags: JsonFlag & { passwordEnv: string }]>({
  usage: 'set-password <email>',
  description: 'Set the password of a user, who is signed out everywhere and notified by mail.',
  examples: ['user set-password ada@acme.example --password-env NEW_PASSWORD'],
  options: (command) => command.requiredOption('--password-env <variable>', 'environment variable with the password'),
  destroys: null,
  run: async (...args) => (await import('../commands/user.ts')).runSetPassword(...args),
});

export const userRemove = declare<[email: string, flags: JsonFlag]>({
  usage: 'remove <email>',
  description: 'Remove the access of a user to every organization: sessions and API keys end. Their work is kept.',
  examples: ['user remove ada@acme.example --yes'],
  destroys: (email) => ({
    what: `This ends all sessions and API keys of ${email}, in every organization.`,
    word: email,
  }),
  run: async (...args) => (await import('../commands/user.ts')).runRemove(...args),
});

export const apikeyCreate = declare<[flags: KeyFlags]>({
  usage: 'create',
  description: 'Create an API key that acts for a member of an organization, and print it: it is shown only once.',
  examples: [
    'apikey create --tenant acme --user ada@acme.example --name Reports --scopes project:read,task:read --expires 2027-01-01',
  ],
  options: (command) =>
    command
      .requiredOption('--tenant <slug>', 'the organization')
      .requiredOption('--user <email>', 'the member for whom the key acts')
      .requiredOption('--name <name>', 'what the key is for')
      .requiredOption('--scopes <permissions>', 'its permissions, separated by commas', list)
      .option('--expires <time>', 'a day or an instant (default: never)', readInstant)
      .option('--points <n>', 'points that it can spend at once (default: KEY_POINTS)', wholeNumber(10_000_000))
      .option('--restore-rate <n>', 'points that it gets back each second', wholeNumber(1_000_000)),
  destroys: null,
  run: async (...args) => (await import('../commands/apikey.ts')).runCreate(...args),
});

export const apikeyList = declare<[flags: JsonFlag & { tenant: string }]>({
  usage: 'list',
  description: 'List the API keys of an organization, the newest first.',
  examples: ['apikey list --tenant acme'],
  options: (command) => command.requiredOption('--tenant <slug>', 'the organization'),
  destroys: null,
  run: async (...args) => (await import('../commands/apikey.ts')).runList(...args),
});

export const apikeyRotate = declare<[key: string, flags: RotateFlags]>({
  usage: 'rotate <key>',
  description:
    'Give an API key a new secret, by its prefix or id, and print it: the old one works until the overlap ends.',
  examples: ['apikey rotate Ab3dEf6h --overlap 7d'],
  options: (command) =>
    command.option('--overlap <time>', 'how long the old secret works, 0 to 30d', duration(30 * day, 0), day),
  destroys: null,
  run: async (...args) => (await import('../commands/apikey.ts')).runRotate(...args),
});

export const apikeyRevoke = declare<[key: string, flags: JsonFlag]>({
  usage: 'revoke <key>',
  description: 'End an API key at once, by its prefix or id.',
  examples: ['apikey revoke Ab3dEf6h --yes'],
  destroys: (key) => ({ what: `This ends the key ${key} at once: programs that use it are refused.`, word: key }),
  run: async (...args) => (await import('../commands/apikey.ts')).runRevoke(...args),
});

function readInstant(text: string): Date {
  const time = readTime(text);
  if (!time) throw new InvalidArgumentError('must be a day or an instant, such as 2027-01-01 or 2027-01-01T18:00:00Z');
  return time;
}
