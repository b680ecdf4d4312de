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

// Reading these takes as much stack or memory as one has
const nested = await folder.write('nested.yaml', `file: ${'['.repeat(5_000)}${']'.repeat(5_000)}`);
const indented = await folder.write('indented.yaml', `file: ${'- '.repeat(5_000)}x`);
const bomb = Array.from({ length: 12 }, (_, n) => `a${n}: &a${n} [${n ? Array(9).fill(`*a${n - 1}`) : 'x'}]`);
const aliases = await folder.write('aliases.yaml', bomb.join('\n'));
const long = await folder.write('long.yaml', `# ${'x'.repeat(100_000)}`);

describe('chantier import', () => {
  it('stops at a bad row, and says which', async () => {
    const { code, stderr, stdout } = await chantier(command());
    expect([code, stdout, stderr]).toEqual([2, '', 'line 3: task.estimateDays: "4,5" is not a number\n']);
  });

  it('does what the page about it says', async () => {
    const { code, stdout } = await chantier(command('--on-error', 'skip'));
    expect(code).toBe(0);
    expect(stdout.replace(/in [\d.]+ s/, 'in 0.1 s')).toBe(block('text'));
  });

  it('prints its report as one document, and nothing else, on demand', async () => {
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

  it('draws a bar at a terminal', async () => {
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
    [['import', 'tasks', file, '--tenant', company.tenant.slug, '--map', 'none.yaml'], 2, 'none.yaml cannot be read'],
    ...([nested, indented, aliases, long] as const).map((map): [string[], number, string] => [
      ['import', 'tasks', file, '--tenant', company.tenant.slug, '--map', map],
      2,
      'mapping: ',
    ]),
  ])('refuses %j with code %i', async (args, code, message) => {
    const refused = await chantier(args);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toContain(message);
    expect(refused.stderr).not.toContain('    at ');
  });
});
