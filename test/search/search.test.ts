import { getColumns, is, type Table } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { searchableTypes } from '../../src/graphql/declare/search/searchable.ts';
import { type Role, roles } from '../../src/identity/roles.ts';
import { searchWords } from '../../src/lib/search-words.ts';
import { relations } from '../../src/relations.ts';
import '../../src/schema.ts';
import { seedEverything } from '../projects/expected-visibility.seed.ts';
import { createClient, createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { Raw } from '../tenancy/raw.ts';

interface Hit {
  id: string;
  type: string;
  title: string | null;
  rank: string;
  highlights: { field: string; parts: { text: string; isMatch: boolean }[] }[];
}

const document = `query ($query: String!, $types: [SearchType!], $first: Int, $after: String) {
  search(query: $query, types: $types, first: $first, after: $after) {
    edges { cursor node { id type title rank highlights { field parts { text isMatch } } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

const searched = (who: Member, query: string, more: object = {}) => who.graphql(document, { query, ...more });

async function hits(who: Member, query: string, more: object = {}): Promise<Hit[]> {
  const { data, errors } = await searched(who, query, more);
  expect(errors).toEqual([]);
  return data.search.edges.map(({ node }: { node: Hit }) => node);
}

const titles = async (who: Member, query: string, more: object = {}) =>
  (await hits(who, query, more)).map(({ title }) => title);

/** The text of a highlight with brackets around the matching words. */
const marked = ({ highlights }: Hit): Record<string, string> =>
  Object.fromEntries(
    highlights.map(({ field, parts }) => [
      field,
      parts.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text)).join(''),
    ]),
  );

describe('search over everything', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let taskId: string;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
    const clientId = await createClient(manager, { name: 'Invergordon', sector: 'Distillerie' });
    const projectId = await createProject(manager, { name: 'Invoicing', clientId, description: 'Gestion des paies' });
    taskId = await createTask(manager, {
      projectId,
      name: 'Send <b>invoices</b>',
      description: `${'Autre chose. '.repeat(200)} Le management des factures & \ue000 des relances.`,
    });
    await run(manager, 'createTaskComment', { taskId, content: 'The invoice of May is missing' });
    await createTask(manager, { projectId, name: 'Lead the team', description: 'Avant-projet à L’Œuvre' });
  });

  it('finds beginnings of words in every type, the names first', async () => {
    const found = await hits(manager, 'inv');
    expect(found.map(({ type, title }) => [type, title])).toEqual(
      expect.arrayContaining([
        ['CLIENT', 'Invergordon'],
        ['PROJECT', 'Invoicing'],
        ['TASK', 'Send <b>invoices</b>'],
        ['TASK_COMMENT', null],
      ]),
    );
    expect(found).toHaveLength(4);
    expect(found.at(-1)).toMatchObject({ type: 'TASK_COMMENT' });
    expect((await hits(manager, manager.user.firstName.slice(0, 5)))[0]).toMatchObject({ type: 'PROFILE' });
  });

  it.each([
    ['invoices sen', ['Send <b>invoices</b>']],
    ['"lead the team"', ['Lead the team']],
    ['manageme', ['Send <b>invoices</b>']],
    ['le', ['Send <b>invoices</b>', 'Lead the team']],
    ['the lea', ['Lead the team']],
    ['avant-proj', ['Lead the team']],
    ['l’oeuv', ['Lead the team']],
    ['-send -gestion inv', ['Invergordon', null]],
    ['nothing or distil', ['Invergordon']],
    ['sen inv', []],
    ['"inv"', []],
    ['or', []],
    ['', []],
  ])('reads %j', async (query, expected) => {
    expect(new Set(await titles(manager, query))).toEqual(new Set(expected));
  });

  it('highlights the words in short passages, without markup and whatever the text contains', async () => {
    const [task] = await hits(manager, 'managem', { types: ['TASK'] });
    const { description } = marked(task!);
    expect(description).toMatch(/Le \[management\] des factures & {2}des relances/);
    expect(description!.length).toBeLessThan(410);
    const [named] = await hits(manager, 'invoice', { types: ['TASK'] });
    expect(marked(named!).name).toContain('[invoices]');
    expect(JSON.stringify([task, named])).not.toMatch(/[\ue000-\ue002]/);
  });

  it('takes one statement', async () => {
    const { statements } = await searched(manager, 'invoices sen');
    expect(statements).toHaveLength(1);
  });

  it('pages by rank, then by id, and refuses the cursors of other lists', async () => {
    const whole = await hits(manager, 'inv or lead or man');
    const sorted = whole.toSorted(
      (a, b) => Number(b.rank) - Number(a.rank) || (a.id.split(':')[1]! < b.id.split(':')[1]! ? -1 : 1),
    );
    expect(whole.map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
    const paged: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Awaited<ReturnType<typeof searched>> = await searched(manager, 'inv or lead or man', {
        first: 2,
        after,
      });
      const { edges, pageInfo } = data.search;
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      paged.push(...edges.map(({ node }: { node: Hit }) => node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(paged).toEqual(whole.map(({ id }) => id));
    const { search } = await manager.ok('{ search(query: "inv or lead or man", first: 1) { totalCount } }');
    expect(search.totalCount).toBe(paged.length);

    const { tasks } = await manager.ok('{ tasks(first: 1) { pageInfo { endCursor } } }');
    const forged = ['search:1e-999,x', 'search:0.1,01900000-0000-7000-8000-000000000000,Task|'].map((text) =>
      Buffer.from(text).toString('base64'),
    );
    for (const cursor of [tasks.pageInfo.endCursor, 'x', ...forged]) {
      const { errors } = await searched(manager, 'inv', { after: cursor });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_CURSOR', field: 'after' } }]);
    }
  });

  it.each([
    [{ query: 'x'.repeat(501) }, 'query'],
    [{ first: 0 }, 'first'],
    [{ first: 51 }, 'first'],
  ])('refuses %j', async (more, field) => {
    const { errors } = await searched(manager, 'inv', more);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field } }]);
  });

  it('leaves out what is deleted or archived, and finds what is restored', async () => {
    const projectId = await createProject(manager, { name: 'Zeppelin' });
    await run(manager, 'archiveProject', { id: projectId });
    expect(await titles(manager, 'zeppe')).toEqual([]);
    await run(manager, 'unarchiveProject', { id: projectId });
    expect(await titles(manager, 'zeppe', { types: ['PROJECT'] })).toHaveLength(1);
    const id = await createTask(manager, { projectId, name: 'Ballon' });
    await run(manager, 'deleteTask', { id });
    expect(await titles(manager, 'ballo')).toEqual([]);
    await run(manager, 'restoreTask', { id });
    expect(await titles(manager, 'ballo')).toEqual(['Ballon']);
  });

  const longWords = ['search', 'searchTasks'].map(
    (name) => `${name}(query: "${'\ufbf9'.repeat(500)}") { nodes { id } }`,
  );

  it('answers any text without an error', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...'\'"&|!():*<>-\\/%_ \n\u0301日ﬁß🦊\u200d'),
      fc.constantFrom(' or ', '<->', ':*', '<2>', 'the', 'le', 'inv', "'''", '-"', ' -'),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(piece, { maxLength: 12 }), { minLength: 20, maxLength: 20 }),
        async (queries) => {
          const texts = queries.map((pieces) => pieces.join('').replaceAll('\0', '').slice(0, 400).toWellFormed());
          const fields = texts.map(
            (text, n) => `s${n}: search(query: ${JSON.stringify(text)}, first: 1) { nodes { id } }`,
          );
          for (const field of [...fields, ...longWords])
            expect((await manager.graphql(`{ ${field} }`)).errors).toEqual([]);
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('search of each role', async () => {
  const server = await world();
  let people: Record<Role, Member>;
  beforeAll(async () => {
    people = (await seedEverything(await server.company())).people;
  });

  /** The ids and texts of all rows of a type that the type’s own lists show. */
  const lists: Record<string, [query: string, read: (data: never) => { id: string; texts: string[] }[]]> = {};
  const list = (type: string, field: string, columns: string[]) => {
    lists[type] = [
      `{ list: ${field}(first: 100) { nodes { id ${columns.join(' ')} } } }`,
      ({ list: { nodes } }: { list: { nodes: Record<string, string>[] } }) =>
        nodes.map((node) => ({ id: node.id!, texts: columns.map((column) => node[column] ?? '') })),
    ];
  };
  list('CLIENT', 'clients', ['name', 'mainContact', 'sector']);
  list('MESSAGE', 'messages', ['content']);
  list('MILESTONE', 'milestones', ['name', 'description']);
  list('PROFILE', 'profiles', ['firstName', 'lastName', 'email']);
  list('PROJECT', 'projects', ['name', 'code', 'description']);
  list('TASK', 'tasks', ['name', 'description']);
  lists.TASK_COMMENT = [
    '{ tasks(first: 100) { nodes { comments(first: 100) { nodes { id content } } } } }',
    ({ tasks: { nodes } }: { tasks: { nodes: { comments: { nodes: { id: string; content: string }[] } }[] } }) =>
      nodes.flatMap(({ comments }) => comments.nodes.map(({ id, content }) => ({ id, texts: [content] }))),
  ];

  it.each(roles)('%s finds the rows that the lists show, and no others', async (role) => {
    const who = people[role];
    const rows: { id: string; type: string; words: string[] }[] = [];
    const refused: string[] = [];
    for (const [type, [query, read]] of Object.entries(lists)) {
      const { data, errors } = await who.graphql(query);
      if (errors.length > 0) refused.push(type);
      else
        for (const { id, texts } of read(data as never))
          rows.push({ id, type, words: texts.flatMap((text) => searchWords(text).split(' ')) });
    }
    const vocabulary = [...new Set(rows.flatMap(({ words }) => words))].filter((word) => /^[a-z]{4,12}$/.test(word));
    const beginning = fc
      .tuple(fc.constantFrom(...vocabulary), fc.integer({ min: 3, max: 12 }))
      .map(([word, length]) => word.slice(0, length));
    const types = fc.subarray(
      Object.keys(lists).filter((type) => !refused.includes(type)),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(beginning, fc.option(types, { nil: null }), async (query, only) => {
        const found = await hits(who, query, { types: only, first: 50 });
        const visible = rows.filter(({ type }) => !only || only.includes(type));
        const ids = new Set(visible.map(({ id }) => id));
        expect(found.filter(({ id }) => !ids.has(id))).toEqual([]);
        const expected = visible.filter(({ words }) => words.some((word) => word.startsWith(query)));
        // Stems match more than beginnings do
        if (expected.length <= 50 && found.length < 50)
          expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(expected.map(({ id }) => id)));
      }),
      { numRuns: 12 },
    );
    for (const type of refused) {
      const { errors, statements } = await searched(who, 'open', { types: [type] });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', field: 'types' } }]);
      expect(statements).toEqual([]);
    }
  });
});

it('takes every table with a column `search`, with the columns and weights of its trigger', async () => {
  const server = await world();
  const { tenant } = await server.company();
  await using admin = new Raw(server.databaseUrl);
  const triggers = await admin.run(
    `select c.relname as name, encode(t.tgargs, 'escape') as args from pg_trigger t
       join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_proc p on p.oid = t.tgfoid and p.proname = 'fill_search'
     where n.nspname = '${tenant.schemaName}'`,
  );
  const filled = Object.fromEntries(
    triggers.map(({ name, args }) => [name, (args as string).split('\\000').filter((each) => each !== '')]),
  );
  const declared = Object.fromEntries(
    searchableTypes().map(({ table, columns }) => {
      const rows = relations[table].table as Table;
      const of = getColumns(rows) as Record<string, { name: string }>;
      return [table, Object.entries(columns).flatMap(([name, weight]) => [of[name]!.name, weight])];
    }),
  );
  const withColumn = Object.entries(relations).flatMap(([name, { table }]) =>
    is(table, PgTable) && 'search' in getColumns(table) ? [name] : [],
  );
  expect(Object.keys(declared).toSorted()).toEqual(withColumn.toSorted());
  const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  expect(filled).toEqual(
    Object.fromEntries(
      Object.entries(declared).map(([table, args]) => [toSnake(table), args.map((arg) => toSnakeColumn(arg))]),
    ),
  );
});

const toSnakeColumn = (name: string): string =>
  name.length === 1 ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
