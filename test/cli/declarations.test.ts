import { describe, expect, it } from 'vitest';
import type { DeclaredCommand } from '../../src/cli/declare.ts';
import { createProgram } from '../../src/cli/program.ts';
import { hostOf } from '../../src/cli/toolbox.ts';
import { attempt, noProgram, words } from '../support/no-installation.ts';
import { readSources } from '../support/sources.ts';

const silent = { write: () => true };
const streams = { stdin: process.stdin, stdout: silent, stderr: silent, colours: false };

interface Leaf {
  path: string;
  command: DeclaredCommand;
}

/** All commands that run something, by their full names. */
function leaves(command: DeclaredCommand, path: readonly string[] = []): Leaf[] {
  const below = command.commands as DeclaredCommand[];
  // A command may have subcommands and still do something itself, such as `backup`
  const own = command.examples.length > 0 ? [{ path: path.join(' '), command }] : [];
  return [...own, ...below.flatMap((each) => leaves(each, [...path, each.name()]))];
}

const commands = leaves(createProgram(hostOf(noProgram(), streams))).filter(({ path }) => path !== 'complete');
const destructive = commands.filter(({ command }) => command.destructive);
const withoutYes = (line: string): string[] => words(line).filter((word) => word !== '--yes');

describe.each(commands)('chantier $path', ({ path, command }) => {
  it('has help with examples that parse', async () => {
    const help = await attempt([...path.split(' '), '--help']);
    expect([help.code, help.opened]).toEqual([0, false]);
    expect(help.stdout).toContain('Examples:\n  chantier ');
    expect(command.description()).toMatch(/^[A-Z].*\.$/);
    for (const line of command.examples) {
      expect(line.startsWith(`${path} `) || line === path).toBe(true);
      // The generator would write a module into this checkout
      const asked = path.startsWith('generate ') ? [...words(line), '--help'] : words(line);
      const { stderr } = await attempt(asked);
      expect(stderr).not.toMatch(/unknown (command|option)|too many arguments|missing required|is invalid/);
    }
  });

  it('marks required options', async () => {
    const { stdout } = await attempt([...path.split(' '), '--help']);
    const required = command.options.filter(({ mandatory }) => mandatory).length;
    expect(stdout.replaceAll(/\s+/g, ' ').split('(required)').length - 1).toBe(required);
  });
});

describe('a destructive command', () => {
  it('is one of these', () => {
    expect(destructive.map(({ path }) => path).toSorted()).toEqual(
      [
        'apikey revoke',
        'database replace',
        'database retire',
        'user remove',
        'tenant delete',
        'tenant module disable',
        'tenant move',
        'tenant purge',
        'tenant recover',
        'tenant restore',
        'tenant retained drop',
        'tenant retained restore',
      ].toSorted(),
    );
  });

  it.each(destructive)('$path fails without a terminal or --yes, before anything is opened', async ({ command }) => {
    const refused = [];
    for (const line of command.examples.filter((each) => each.includes('--yes'))) {
      refused.push(await attempt(withoutYes(line)));
    }
    expect(refused.length).toBeGreaterThan(0);
    for (const { code, stderr, opened } of refused) {
      expect([code, opened]).toEqual([2, false]);
      expect(stderr).toMatch(/^This .* Add --yes to do it\.\n$/);
    }
  });

  it.each(destructive)('$path asks at a terminal, and accepts no other answer', async ({ command }) => {
    const line = withoutYes(command.examples.find((each) => each.includes('--yes'))!);
    for (const answer of ['yes', '', undefined]) {
      const { code, stderr, opened } = await attempt(line, { isTTY: true, ...(answer !== undefined && { answer }) });
      expect([code, opened]).toEqual([6, false]);
      expect(stderr).toMatch(/^This .*\nType \S+ to continue: Nothing was changed\n$/);
    }
  });

  it('runs after the right answer, or with --yes', async () => {
    const line = ['tenant', 'delete', 'acme'];
    expect(await attempt(line, { isTTY: true, answer: 'acme' })).toMatchObject({ code: 5, opened: true });
    expect(await attempt([...line, '--yes'])).toMatchObject({ code: 5, opened: true });
  });

  it('is not called by another command', () => {
    const calls =
      /\bimport \{[^}]*\b((delete|drop|purge|restoreOver|confirm|remove|revoke|disable)[A-Z]?\w*)[^}]*\} from/;
    const ofDestructive = new Set([
      'apikey',
      'user',
      'tenant-delete',
      'tenant-module',
      'tenant-move',
      'tenant-purge',
      'tenant-restore',
      'tenant-retained',
    ]);
    const callers = readSources()
      .filter(({ file, text }) => file.startsWith('src/cli/commands/') && calls.test(text.replaceAll('deleteOld', '')))
      .map(({ file }) => /([\w-]+)\.ts$/.exec(file)![1]!);
    expect(callers.filter((name) => !ofDestructive.has(name))).toEqual([]);
  });
});

describe('a command over all organizations', () => {
  const overFleet = commands.filter(({ command }) => command.overFleet);

  it('is one of these', () => {
    expect(overFleet.map(({ path }) => path).toSorted()).toEqual([
      ...['backup', 'doctor', 'migrate'],
      ...['tenant backup', 'tenant maintain', 'tenant metrics', 'tenant purge', 'tenant spares'],
    ]);
  });

  it('waits for a database that takes no connection; other commands fail at once', async () => {
    const opens = async ({ path, command }: Leaf) => {
      const line = command.examples.find((each) => each.includes('--yes')) ?? command.examples[0]!;
      const { opens, stderr } = await attempt(words(line), { outages: 1 });
      return [path, opens, stderr.split('; waiting').length - 1];
    };
    expect(await Promise.all(overFleet.map(opens))).toEqual(overFleet.map(({ path }) => [path, 2, 1]));
    const others = commands.filter(({ path }) => /^(tenant (list|create|move)|database list)$/.test(path));
    expect(await Promise.all(others.map(opens))).toEqual(others.map(({ path }) => [path, 1, 0]));
  });
});

describe('starting', () => {
  const files = new Map(readSources().map(({ file, text }) => [file, text]));

  /** The files and packages that a file loads, with those that these load. */
  function loadedBy(start: string) {
    const imports = /^(?:import|export)\s+(?!type\b)(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/gm;
    const packages = new Set<string>();
    const loaded = new Set<string>();
    const visit = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const [, name] of files.get(file)!.matchAll(imports)) {
        if (name!.startsWith('.')) visit(new URL(name!, `file:///${file}`).pathname.slice(1));
        else if (!name!.startsWith('node:')) packages.add(name!);
      }
    };
    visit(start);
    return { loaded: [...loaded], packages: [...packages] };
  }

  it('loads only the declarations to print help', () => {
    expect(loadedBy('src/main.ts').packages).toEqual(['commander']);
  });

  it('loads neither modules nor the code of accounts for commands on the fleet', () => {
    const onFleet = [...files]
      .filter(([file, text]) => file.startsWith('src/cli/commands/') && text.includes('host.openFleet('))
      .map(([file]) => file);
    expect(onFleet).toEqual(
      expect.arrayContaining(['list', 'show'].map((name) => `src/cli/commands/tenant-${name}.ts`)),
    );
    expect(onFleet).toContain('src/cli/commands/migrate.ts');
    const loaded = ['src/start-fleet.ts', ...onFleet].flatMap((file) => loadedBy(file).loaded);
    const heavy = /^src\/(modules|access|graphql|server|identity)\/(?!.*(tables|roles|global-id|oidc-issuers)\.ts$)/;
    expect([...new Set(loaded.filter((file) => heavy.test(file)))]).toEqual([]);
  });
});
