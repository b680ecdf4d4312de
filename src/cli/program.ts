import { CommanderError, Help, type Option } from 'commander';
import { type ErrorCode, exitCodeOf } from '../lib/errors.ts';
import { productVersion } from '../lib/product-version.ts';
import * as archives from './declarations/archives.ts';
import { complete, completion } from './declarations/completion.ts';
import * as databases from './declarations/databases.ts';
import * as deletion from './declarations/deletion.ts';
import * as documents from './declarations/documents.ts';
import * as generate from './declarations/generate.ts';
import { importRows } from './declarations/import.ts';
import * as installation from './declarations/installation.ts';
import * as jobs from './declarations/jobs.ts';
import * as people from './declarations/people.ts';
import * as retained from './declarations/retained.ts';
import * as rewind from './declarations/rewind.ts';
import * as tenants from './declarations/tenants.ts';
import { type Declared, DeclaredCommand } from './declare.ts';
import { exitCodes } from './exit-codes.ts';
import { styled } from './text.ts';
import { type Host, hostOf, type Program, type Streams } from './toolbox.ts';

const unexpected = 1;
const misused = 2;

const groups: Record<string, { about: string; commands: readonly Declared[] }> = {
  tenant: {
    about: 'Organizations, each with a schema of its own.',
    commands: [
      ...[tenants.tenantCreate, tenants.tenantList, tenants.tenantShow, tenants.tenantRename],
      ...[tenants.tenantSuspend, tenants.tenantResume, tenants.tenantArchive, tenants.tenantUnarchive],
      ...[deletion.tenantDelete, deletion.tenantUndelete, deletion.tenantPurge, deletion.tenantReceipt],
      ...[archives.tenantBackup, archives.tenantVerify, archives.tenantRestore, archives.tenantRecover],
      ...[rewind.tenantRewind, archives.tenantClone, archives.tenantExport, databases.tenantMove],
      ...[tenants.tenantSpares, tenants.tenantMetrics, tenants.tenantMaintain, tenants.tenantProve],
    ],
  },
  'tenant module': {
    about: 'Optional modules of an organization.',
    commands: [tenants.moduleEnable, tenants.moduleDisable],
  },
  'tenant retained': {
    about: 'Former copies of organizations, left by moves and restores.',
    commands: [retained.retainedList, retained.retainedRestore, retained.retainedDrop],
  },
  database: {
    about: 'Databases that contain organizations.',
    commands: [
      ...[databases.databaseAdd, databases.databaseList, databases.databaseShow],
      ...[databases.databaseCheck, databases.databaseReplace, databases.databaseRetire],
    ],
  },
  user: {
    about: 'People with an account.',
    commands: [people.userCreate, people.userList, people.userSetPassword, people.userRemove],
  },
  apikey: {
    about: 'API keys of other programs.',
    commands: [people.apikeyCreate, people.apikeyList, people.apikeyRotate, people.apikeyRevoke],
  },
  documents: {
    about: 'Registered documents of client versions, which clients may run by id.',
    commands: [documents.documentsPush, documents.documentsCheck, documents.documentsList, documents.documentsRetire],
  },
  generate: {
    about: 'Write the skeleton of new code, for developers of the program.',
    commands: [generate.generateModule, generate.generateResource],
  },
  backup: {
    about: 'Archive the catalog (--catalog), or look after the scheduled backups.',
    commands: [installation.backupStatus, installation.backupRun],
  },
  jobs: {
    about: 'Work that follows changes, such as mail.',
    commands: [jobs.jobsList, jobs.jobsRetry, jobs.jobsDrain],
  },
  secrets: { about: 'Secrets of the installation.', commands: [installation.secretsReseal] },
  schema: { about: 'The graph.', commands: [installation.schemaPrint, installation.schemaPersonalData] },
};

const ofProgram: readonly Declared[] = [
  ...[installation.serve, jobs.worker, installation.migrate, installation.doctor],
  ...[installation.backup, installation.restore, importRows, people.token, installation.audit],
  ...[completion, complete],
];

const examples = ['migrate', 'serve', 'tenant create "Acme Conseil" --slug acme', 'tenant backup --help'];

/** The command line `chantier`. With `json`, usage errors are printed as JSON too. */
export function createProgram(host: Host, { json = false } = {}): DeclaredCommand {
  const program = new DeclaredCommand('chantier')
    .description('One GraphQL server for many organizations that work in projects. The default command is serve.')
    .version(productVersion)
    .configureHelp({
      styleTitle: (title) => `\x1b[1m${title}\x1b[22m`,
      optionDescription: describeOption,
    })
    .configureOutput({
      writeOut: (text) => host.streams.stdout.write(text),
      writeErr: (text) => host.streams.stderr.write(text),
      getOutHasColors: () => host.streams.colours && host.stdout.isTTY,
      getErrHasColors: () => host.streams.colours && host.stderr.isTTY,
      outputError: (text) => printError(host, 'BAD_INPUT', text.trim().replace(/^error: /, ''), json),
    })
    .exitOverride();
  for (const add of ofProgram) add(program, host);
  for (const [path, { about, commands }] of Object.entries(groups)) {
    const group = groupAt(program, path.split(' ')).description(about);
    for (const add of commands) add(group, host);
  }
  return program.addHelpText('after', () =>
    ['', 'Examples:', ...examples.map((line) => `  chantier ${line}`), '', 'Exit codes:', ...exitLines()].join('\n'),
  );
}

/**
 * Runs one command and returns its exit code (see `exit-codes.ts`). An expected error is printed as one line; only an
 * unexpected one is printed with its stack.
 */
export async function runProgram(argv: readonly string[], program: Program, streams: Streams): Promise<number> {
  const json = argv.includes('--json');
  const host = hostOf(program, streams);
  try {
    const command = createProgram(host, { json });
    await command.parseAsync(argv.length > 0 ? [...argv] : ['serve'], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused;
    const { toOperatorError } = await import('./operator-error.ts');
    const known = toOperatorError(error);
    if (!known) {
      host.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return unexpected;
    }
    printError(host, known.code, known.message, json);
    return exitCodeOf(known.code);
  }
}

/** Returns the group with this path, and creates it and the groups above it if necessary. */
function groupAt(program: DeclaredCommand, path: readonly string[]): DeclaredCommand {
  return path.reduce((parent, name) => {
    const known = parent.commands.find((each) => each.name() === name) ?? parent.command(name);
    return known as DeclaredCommand;
  }, program);
}

function describeOption(option: Option): string {
  return `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}`;
}

const exitLines = (): string[] => Object.entries(exitCodes).map(([code, meaning]) => `  ${code.padEnd(3)}  ${meaning}`);

function printError(host: Host, code: ErrorCode, message: string, json: boolean): void {
  host.stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : [styled('red', message), '\n']);
}
