import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchWords } from '../../src/lib/search-words.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Company, Member } from '../support/world.ts';

const names = [
  'Attention : panthère : oui',
  'Le castor… dort',
  '«lapin»',
  'belette—fin',
  'Voir O’Brien demain',
  "Voir O'Neil demain",
  '日本語の文書を読む',
  'МОСКВА',
  'time_entries v1.2',
  'bras droit',
];

const expectations: [string, string[]][] = [
  ['panthere', ['Attention : panthère : oui']],
  ['attention oui', ['Attention : panthère : oui']],
  ['castor', ['Le castor… dort']],
  ['lapin', ['«lapin»']],
  ['« lapin »', ['«lapin»']],
  ['belette', ['belette—fin']],
  ["O'Brien", ['Voir O’Brien demain']],
  ['O’Neil', ["Voir O'Neil demain"]],
  ['brien', ['Voir O’Brien demain']],
  ['日本', ['日本語の文書を読む']],
  ['文書', ['日本語の文書を読む']],
  ['本日', []],
  ['москва', ['МОСКВА']],
  ['entries', ['time_entries v1.2']],
  ['v1.2', ['time_entries v1.2']],
  ['demain -brien', ["Voir O'Neil demain"]],
  [`bras${'-'.repeat(33)}droit`, ['bras droit']],
  ['-'.repeat(33), []],
];

/** What a text is made of in the property: letters of several scripts, and all that may stand between them. */
const characters = [
  ...'aZ7éÉœßİﬁΩЖשعह日ひカ한２½',
  ...' \t\n\u00a0\u2009’\'"«»—-…:;,.!?_/\\|&()<>*@#€°→·、。「」\u200b\u0301\u0308',
];

describe.each([
  ['C', `LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`],
  ['C.UTF-8', `LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`],
])('in a database whose lc_ctype is %s', async (_name, locale) => {
  const here = await ownWorld({ locale });
  afterAll(() => here[Symbol.asyncDispose]());
  let acme: Company;
  let manager: Member;

  beforeAll(async () => {
    acme = await here.company();
    manager = await acme.as('MANAGER');
    const tasks = names.map((name) => ({ type: 'PERSONAL', name }));
    await manager.ok(
      'mutation ($tasks: [NewTaskInput!]!) { createTasks(input: { tasks: $tasks }) { results { id } } }',
      { tasks },
    );
  });

  it.each(expectations)('%j finds %j, by the search and by the filter', async (text, expected) => {
    const { searchTasks, tasks } = await manager.ok(
      `query ($text: String!) {
        searchTasks(query: $text) { nodes { name } }
        tasks(where: { search: $text }) { totalCount nodes { name } }
      }`,
      { text },
    );
    const found = ({ nodes }: { nodes: { name: string }[] }) => nodes.map(({ name }) => name);
    expect(found(searchTasks)).toEqual(expected);
    expect(found(tasks)).toEqual(expected);
    expect(tasks.totalCount).toBe(expected.length);
  });

  it('the database and the program split words alike', async () => {
    const text = fc.array(fc.constantFrom(...characters), { maxLength: 12 }).map((parts) => parts.join(''));
    await here.app.binding.read(acme.tenant, (db) =>
      fc.assert(
        fc.asyncProperty(text, async (value) => {
          const [row] = await db.execute<{ words: string }>(sql`select extensions.search_words(${value}) as words`);
          expect(row!.words).toBe(searchWords(value));
        }),
        { numRuns: 300, seed: 1 },
      ),
    );
  });

  it('the database accepts every search text', async () => {
    const text = fc
      .array(fc.constantFrom(...characters, '"', '-', ' or '), { maxLength: 60 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        await manager.ok('query ($text: String!) { tasks(where: { search: $text }) { totalCount } }', { text: value });
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
