import { Command, CommanderError } from 'commander';
import { AppError, exitCodeOf } from '../lib/errors.ts';
import { addImport } from './commands/import.ts';
import { addMigrate } from './commands/migrate.ts';
import { addSchemaPrint } from './commands/schema-print.ts';
import { addServe } from './commands/serve.ts';
import { addTenantCreate } from './commands/tenant-create.ts';
import { addTenantList } from './commands/tenant-list.ts';
import { addTenantShow } from './commands/tenant-show.ts';
import { addToken } from './commands/token.ts';
import { addUserCreate } from './commands/user-create.ts';
import type { Host } from './toolbox.ts';

const unexpected = 1;
const misused = 2;

/** The command line `chantier`. One file per command. */
export function createProgram(host: Host): Command {
  const program = new Command('chantier').description('One GraphQL server for many companies that live by projects.');
  program.configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => host.stderr.write(text) });
  program.exitOverride();
  addServe(program, host);
  addMigrate(program, host);
  addImport(program, host);
  const tenant = program.command('tenant').description('Companies: each has a schema of its own.');
  addTenantCreate(tenant, host);
  addTenantList(tenant, host);
  addTenantShow(tenant, host);
  addUserCreate(program.command('user').description('People with an account.'), host);
  addToken(program, host);
  addSchemaPrint(program.command('schema').description('The graph.'), host);
  return program;
}

/**
 * Runs one command and gives its exit code: 0 done, 1 our fault, 2 misused, else by the kind of error (see
 * lib/errors.ts). An expected error is one clear line; only an unexpected one shows its stack.
 */
export async function runProgram(argv: readonly string[], host: Host): Promise<number> {
  try {
    await createProgram(host).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused;
    if (!(error instanceof AppError)) {
      host.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return unexpected;
    }
    const text = argv.includes('--json')
      ? JSON.stringify({ error: { code: error.code, message: error.message } })
      : error.message;
    host.stderr.write(`${text}\n`);
    return exitCodeOf(error.code);
  }
}
