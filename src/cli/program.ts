import { Command, CommanderError } from 'commander';
import { toAppError } from '../db/pg-errors.ts';
import { type ErrorCode, exitCodeOf } from '../lib/errors.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addDatabaseAdd } from './commands/database-add.ts';
import { addDatabaseCheck } from './commands/database-check.ts';
import { addDatabaseList, addDatabaseShow } from './commands/database-list.ts';
import { addDatabaseRetire } from './commands/database-retire.ts';
import { addDoctor } from './commands/doctor.ts';
import { addImport } from './commands/import.ts';
import { addMigrate } from './commands/migrate.ts';
import { addRestore } from './commands/restore.ts';
import { addSchemaPrint } from './commands/schema-print.ts';
import { addServe } from './commands/serve.ts';
import { addTenantBackup } from './commands/tenant-backup.ts';
import { addTenantClone } from './commands/tenant-clone.ts';
import { addTenantCreate } from './commands/tenant-create.ts';
import { addTenantDelete } from './commands/tenant-delete.ts';
import { addTenantExport } from './commands/tenant-export.ts';
import { addTenantList } from './commands/tenant-list.ts';
import { addTenantMaintain } from './commands/tenant-maintain.ts';
import { addTenantMetrics } from './commands/tenant-metrics.ts';
import { addTenantModule } from './commands/tenant-module.ts';
import { addTenantMove } from './commands/tenant-move.ts';
import { addTenantProve } from './commands/tenant-prove.ts';
import { addTenantPurge } from './commands/tenant-purge.ts';
import { addTenantReceipt } from './commands/tenant-receipt.ts';
import { addTenantRename } from './commands/tenant-rename.ts';
import { addTenantRestore } from './commands/tenant-restore.ts';
import { addTenantShow } from './commands/tenant-show.ts';
import { addTenantSpares } from './commands/tenant-spares.ts';
import { addTenantStatus } from './commands/tenant-status.ts';
import { addTenantVerify } from './commands/tenant-verify.ts';
import { addToken } from './commands/token.ts';
import { addUserCreate } from './commands/user-create.ts';
import type { Host } from './toolbox.ts';

const unexpected = 1;
const misused = 2;

/** The command line `chantier`. One file per command. With `json` what is wrong with the arguments is told as JSON too. */
export function createProgram(host: Host, { json = false } = {}): Command {
  const program = new Command('chantier')
    .description('One GraphQL server for many companies that live by projects. Without a command: serve.')
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(json ? line('BAD_INPUT', text.trim().replace(/^error: /, ''), true) : text),
    })
    .exitOverride();
  addServe(program, host);
  addMigrate(program, host);
  addDoctor(program, host);
  addImport(program, host);
  addBackup(program, host);
  addRestore(program, host);
  const tenant = program.command('tenant').description('Companies: each has a schema of its own.');
  addTenantCreate(tenant, host);
  addTenantList(tenant, host);
  addTenantMetrics(tenant, host);
  addTenantMaintain(tenant, host);
  addTenantShow(tenant, host);
  addTenantBackup(tenant, host);
  addTenantVerify(tenant, host);
  addTenantRestore(tenant, host);
  addTenantClone(tenant, host);
  addTenantExport(tenant, host);
  addTenantStatus(tenant, host);
  addTenantRename(tenant, host);
  addTenantDelete(tenant, host);
  addTenantPurge(tenant, host);
  addTenantReceipt(tenant, host);
  addTenantSpares(tenant, host);
  addTenantModule(tenant, host);
  addTenantMove(tenant, host);
  addTenantProve(tenant, host);
  const database = program.command('database').description('Where companies live.');
  addDatabaseAdd(database, host);
  addDatabaseList(database, host);
  addDatabaseShow(database, host);
  addDatabaseCheck(database, host);
  addDatabaseRetire(database, host);
  addUserCreate(program.command('user').description('People with an account.'), host);
  addToken(program, host);
  addAudit(program, host);
  addSchemaPrint(program.command('schema').description('The graph.'), host);
  return program;
}

/**
 * Runs one command and gives its exit code: 0 done, 1 our fault, 2 misused, else by the kind of error (see
 * lib/errors.ts). An expected error is one clear line; only an unexpected one shows its stack.
 */
export async function runProgram(argv: readonly string[], host: Host): Promise<number> {
  const json = argv.includes('--json');
  try {
    await createProgram(host, { json }).parseAsync(argv.length > 0 ? [...argv] : ['serve'], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused;
    const known = toAppError(error);
    if (!known) {
      host.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return unexpected;
    }
    host.stderr.write(line(known.code, known.message, json));
    return exitCodeOf(known.code);
  }
}

const line = (code: ErrorCode, message: string, json: boolean): string =>
  `${json ? JSON.stringify({ error: { code, message } }) : message}\n`;
