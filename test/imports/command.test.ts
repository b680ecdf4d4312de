import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { root } from '../support/sources.ts';
import { world } from '../support/world.ts';
import { scratchFolder } from './support.ts';

const folder = await scratchFolder();
const server = await world();
const company = await server.company();

const page = await readFile(path.join(root, 'docs/import.md'), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)![1]!;
const file = await folder.write('tasks.csv', block('csv'), 'windows-1252');
const mapping = await folder.write('mapping.yaml', block('yaml'));

const chantier = commandLine(server.app);

const command = (...more: string[]) => [
  'import',
  'tasks',
  file,
  '--tenant',
  company.tenant.slug,
  '--map',
  mapping,
  ...more,
];

// Without limits, parsing these would exhaust the stack or the memory
const nested = await folder.write('nested.yaml', `file: ${'['.repeat(5_000)}${']'.repeat(5_000)}`);
const indented = await folder.write('indented.yaml', `file: ${'- '.repeat(5_000)}x`);
const bomb = Array.from({ length: 12 }, (_, n) => `a${n}: &a${n} [${n ? Array(9).fill(`*a${n - 1}`) : 'x'}]`);
const aliases = await folder.write('aliases.yaml', bomb.join('\n'));
const long = await folder.write('long.yaml', `# ${'x'.repeat(100_000)}`);

describe('chantier import', () => {
  it('stops at an invalid row and reports its line', async () => {
    const { code, stderr, stdout } = await chantier(command());
    expect([code, stdout, stderr]).toEqual([2, '', 'line 3: task.estimateDays: "4,5" is not a number\n']);
  });

  it('imports the example of the documentation with the documented output', async () => {
    const { code, stdout } = await chantier(command('--on-error', 'skip'));
    expect(code).toBe(0);
    expect(stdout.replace(/in [\d.]+ s/, 'in 0.1 s')).toBe(block('text'));
  });

  it('prints only its report with --json, as one JSON document', async () => {
    const { code, stdout, stderr } = await chantier(command('--on-error', 'skip', '--json'));
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'tasks',
      source: 'builder',
      file,
      rows: 3,
      resumedAt: 0,
      changes: { created: {}, updated: {}, deleted: {} },
      skipped: [{ line: 3, reason: 'task.estimateDays: "4,5" is not a number' }],
      seconds: expect.any(Number),
    });
  });

  it('shows the result for the first rows with --dry-run, and imports nothing', async () => {
    const fresh = await server.company();
    const args = ['import', 'tasks', file, '--tenant', fresh.tenant.slug, '--map', mapping, '--dry-run'];
    const { code, stdout } = await chantier(args);
    expect(code).toBe(0);
    expect(stdout).toContain('name: Dach decken');
    expect(stdout).toContain('created: 2 Profile, 1 Client, 2 Project, 2 Task, 4 TimeEntry');
    expect(stdout).toContain('line 3: task.estimateDays: "4,5" is not a number');
    const { records } = JSON.parse((await chantier([...args, '1', '--json'])).stdout);
    expect(records).toHaveLength(1);
    const manager = await fresh.as('MANAGER');
    expect(await manager.ok('{ tasks { totalCount } projects { totalCount } }')).toEqual({
      tasks: { totalCount: 0 },
      projects: { totalCount: 0 },
    });
  });

  it('finds a shipped mapping that fits, or proposes one that works', async () => {
    const toggl = await folder.write(
      'toggl.csv',
      'User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags\nAda,a@example.test,,P,,x,Yes,2026-03-02,09:00:00,2026-03-02,10:00:00,01:00:00,\n',
    );
    const detect = (path: string, kind = 'time') => ['import', kind, path, '--tenant', company.tenant.slug, '--detect'];
    expect((await chantier(detect(toggl))).stdout).toContain('--map toggl');
    const own = await folder.write(
      'own.csv',
      'Nummer;Datum;Mitarbeiter;Projekt;Stunden\n1;02.03.2026;Éva;Dach;7,5\n',
      'windows-1252',
    );
    const { stdout } = await chantier([...detect(own), '--json']);
    const { proposal, ...found } = JSON.parse(stdout);
    expect(found).toEqual({ kind: 'time', encoding: 'windows-1252', delimiter: ';' });
    const proposed = await folder.write('proposed.yaml', proposal);
    const args = ['import', 'time', own, '--tenant', company.tenant.slug];
    const { stdout: report } = await chantier([...args, '--map', proposed]);
    expect(report).toContain('created: 1 Profile, 1 Client, 1 Project, 1 TimeEntry');
    const imported = await chantier(['import', 'time', toggl, '--tenant', company.tenant.slug, '--map', 'toggl']);
    expect(imported.stdout).toContain('1 TimeEntry');
  });

  it('draws a progress bar at a terminal', async () => {
    const { stderr } = await chantier(command('--on-error', 'skip', '--batch-size', '1'), { isTTY: true });
    expect(stderr).toContain('\r\x1b[K[##############################] 100 % 3 rows\r\x1b[K');
  });

  it.each([
    [
      ['import', 'invoices', file, '--tenant', 'acme', '--map', mapping],
      2,
      'Allowed choices are tasks, time, messages',
    ],
    [['import', 'tasks', file, '--tenant', 'acme'], 2, '--map'],
    [['import', 'tasks', file, '--tenant', 'nobody', '--map', mapping], 4, 'There is no organization nobody'],
    [command('--batch-size', '0'), 2, 'a whole number from 1 to 10000'],
    [command('--encoding', 'klingon'), 2, 'mapping: file.encoding: not a known encoding'],
    [['import', 'tasks', 'none.csv', '--tenant', company.tenant.slug, '--map', mapping], 2, 'none.csv cannot be read'],
    [
      ['import', 'tasks', file, '--tenant', company.tenant.slug, '--map', 'none.yaml'],
      2,
      'none.yaml cannot be read; shipped mappings: clockify,',
    ],
    ...([nested, indented, aliases, long] as const).map((map): [string[], number, string] => [
      ['import', 'tasks', file, '--tenant', company.tenant.slug, '--map', map],
      2,
      'mapping: ',
    ]),
  ])('rejects %j with code %i', async (args, code, message) => {
    const refused = await chantier(args);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toContain(message);
    expect(refused.stderr).not.toContain('    at ');
  });
});
