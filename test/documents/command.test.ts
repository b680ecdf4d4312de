import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Kind, parse, print, visit } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { printGraph } from '../../src/graphql/declare/print-graph.ts';
import { schema } from '../../src/schema.ts';
import { commandLine } from '../support/command-line.ts';
import { world } from '../support/world.ts';

const here = await world();
const chantier = commandLine(here.app);
const { slug } = (await here.company()).tenant;
const folder = await mkdtemp(path.join(tmpdir(), 'documents-'));
afterAll(() => rm(folder, { recursive: true }));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function fileOf(content: unknown): Promise<string> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const file = path.join(folder, sha256(text).slice(0, 16));
  await writeFile(file, text);
  return file;
}

const push = async (version: string, manifest: unknown, ...flags: string[]) => {
  const line = ['documents', 'push', await fileOf(manifest), '--client', 'site', '--client-version', version];
  const { code, stdout, stderr } = await chantier([...line, ...flags, '--json']);
  return { code, stderr, ...JSON.parse(stdout || '{}') };
};

/** The graph as a document, without `Task.dueDate`. */
const withoutDueDate = () =>
  print(
    visit(parse(printGraph(schema)), {
      [Kind.OBJECT_TYPE_DEFINITION]: (node) =>
        node.name.value === 'Task'
          ? { ...node, fields: node.fields?.filter(({ name }) => name.value !== 'dueDate') }
          : undefined,
    }),
  );

const board = 'query Board { tasks(first: 1) { nodes { id dueDate } } }';
const names = 'query Names { tasks(first: 1) { nodes { id name } } }';
const mine = 'query Mine { viewer { role } }';

describe('chantier documents', () => {
  it.each([
    ['the client preset', { [sha256(board)]: board }, `sha256:${sha256(board)}`],
    ['Relay', { d41d8cd98f00b204e9800998ecf8427e: names }, 'd41d8cd98f00b204e9800998ecf8427e'],
    ['gql.tada', { [`sha256:${sha256(mine)}`]: mine }, `sha256:${sha256(mine)}`],
    [
      'Apollo',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: 'board', name: 'Board', type: 'query', body: board }],
      },
      'board',
    ],
  ])('registers the manifest of %s', async (name, manifest, id) => {
    const first = await push(name, manifest);
    expect(first).toMatchObject({ code: 0, state: 'ACTIVE', added: [id], known: [], refused: [] });
    expect(await push(name, manifest)).toMatchObject({ code: 0, added: [], known: [id] });
  });

  it('registers nothing when a document is refused, and says why', async () => {
    const refused = await push('bad', { board2: board, nothing: '{ nothing }' });
    expect(refused).toMatchObject({ code: 2, state: null, added: [] });
    expect(refused.refused).toMatchObject([{ id: 'nothing', code: 'GRAPHQL_VALIDATION_FAILED' }]);
    expect(await push('bad', 'no manifest')).toMatchObject({ code: 2, stderr: expect.stringContaining('not JSON') });
  });

  it('names the versions that a graph without a field breaks, by coordinates', async () => {
    for (const [version, manifest] of Object.entries({ '3.1': { b: board, n: names }, '3.2': { b: board } })) {
      await push(version, manifest, '--tenant', slug);
    }
    await push('3.3', { n: names }, '--tenant', slug);
    const check = ['documents', 'check', '--tenant', slug, '--json'];
    expect(await chantier(check)).toMatchObject({ code: 0, stdout: '{"versions":[],"documents":[]}\n' });
    const { code, stdout, stderr } = await chantier([...check, '--schema', await fileOf(withoutDueDate())]);
    expect([code, stderr]).toEqual([8, expect.stringContaining('breaks 2 client versions: site 3.1, site 3.2')]);
    expect(JSON.parse(stdout).documents).toMatchObject([
      { version: '3.1', documentId: 'b', operations: ['Board'], missing: ['Task.dueDate'] },
      { version: '3.2', documentId: 'b', operations: ['Board'], missing: ['Task.dueDate'] },
    ]);
  });

  it('lists and retires versions', async () => {
    const retire = ['documents', 'retire', '--client', 'site', '--client-version', '3.1', '--tenant', slug];
    expect((await chantier(retire)).code).toBe(0);
    expect((await chantier(retire)).code).toBe(4);
    const { stdout } = await chantier(['documents', 'list', '--tenant', slug, '--json']);
    const states = JSON.parse(stdout).map(({ version, state, documents }: Record<string, unknown>) => [
      version,
      state,
      documents,
    ]);
    expect(states).toEqual([
      ['3.3', 'ACTIVE', 1],
      ['3.2', 'ACTIVE', 1],
      ['3.1', 'RETIRED', 2],
    ]);
  });
});
