import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImportKind } from '../../src/modules/imports/mapping.ts';
import { root } from '../support/sources.ts';
import { world } from '../support/world.ts';
import { everything, importInto, shippedMapping } from './support.ts';

const data = path.join(root, '../shared/data/exports');
const nothing = { created: {}, updated: {}, deleted: {} };

/*
 * What the files hold, counted without anything of the importer: by splitting texts and parsing JSON. Durations are
 * rounded to hundredths of an hour entry by entry, as the importer stores them.
 */

const text = (file: string, encoding = 'utf-8') =>
  readFile(path.join(data, file)).then((bytes) => new TextDecoder(encoding).decode(bytes));

/** Parses CSV whose fields contain no quotation marks except doubled ones. */
function fieldsOf(csv: string, delimiter: string): Record<string, string>[] {
  const rows = [[]] as string[][];
  const pattern = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\r\\n${delimiter}]*))(${delimiter}|\\r?\\n|$)`, 'g');
  for (const [, quoted, plain, end] of csv.matchAll(pattern)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== delimiter) rows.push([]);
    if (end === '') break;
  }
  const [names = [], ...rest] = rows;
  return rest
    .filter((row) => row.some((field) => field.trim()))
    .map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}

const clock = (duration: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = duration.split(':').map(Number);
  return Math.round((hours * 3_600 + minutes * 60 + seconds) / 36) / 100;
};
const sum = (numbers: number[]): number => Math.round(numbers.reduce((a, b) => a + b, 0) * 100) / 100;
interface Held {
  entries?: number;
  hours?: number;
  tasks?: number;
  comments?: number;
  items?: number;
  dependencies?: number;
  messages?: number;
  reactions?: number;
}

const timed = async (
  file: string,
  delimiter: string,
  hoursOf: (row: Record<string, string>) => number,
): Promise<Held> => {
  const rows = fieldsOf(await text(file), delimiter);
  return { entries: rows.length, hours: sum(rows.map(hoursOf)) };
};

const slackDays = async () => {
  const folders = (await readdir(path.join(data, 'slack-like'), { withFileTypes: true })).filter((each) =>
    each.isDirectory(),
  );
  const files = await Promise.all(
    folders.map(async ({ name }) =>
      (await readdir(path.join(data, 'slack-like', name))).map((file) => `slack-like/${name}/${file}`),
    ),
  );
  const days = await Promise.all(files.flat().map(async (file) => JSON.parse(await text(file)) as SlackMessage[]));
  return days.flat().filter(({ type, subtype }) => type === 'message' && subtype === undefined);
};
interface SlackMessage {
  type: string;
  subtype?: string;
  reactions?: { users: string[] }[];
}
interface Post {
  reactions?: object[];
  replies?: Post[];
}

const exports: [file: string, mapping: string, kind: ImportKind, held: () => Promise<Held>][] = [
  ['toggl-like.csv', 'toggl', 'time', () => timed('toggl-like.csv', ',', (row) => clock(row.Duration!))],
  [
    'clockify-like.csv',
    'clockify',
    'time',
    () => timed('clockify-like.csv', ',', (row) => clock(row['Duration (h)']!)),
  ],
  [
    'harvest-like-fr.csv',
    'harvest-fr',
    'time',
    () => timed('harvest-like-fr.csv', ';', (row) => Number(row.Heures!.replace(',', '.'))),
  ],
  [
    'jira-like.csv',
    'jira',
    'tasks',
    async () => {
      const lines = (await text('jira-like.csv')).trim().split('\n');
      const rows = fieldsOf(await text('jira-like.csv'), ',');
      const known = new Set(rows.map((row) => row['Issue key']));
      // A parent depends on its sub-task, unless the sub-task depends on it
      const pairs = rows.flatMap((row) =>
        [row.Parent, row['Outward issue link (Blocks)']].flatMap((key) =>
          known.has(key) ? [[key, row['Issue key']].sort().join(' ')] : [],
        ),
      );
      return {
        tasks: lines.length - 1,
        comments: lines.join('\n').match(/"\d\d\/\w+\/\d\d [^"]*"/g)!.length,
        dependencies: new Set(pairs).size,
      };
    },
  ],
  [
    'redmine-like.csv',
    'redmine-fr',
    'tasks',
    async () => {
      const rows = fieldsOf(await text('redmine-like.csv', 'windows-1252'), ';');
      return { tasks: rows.length, dependencies: rows.filter((row) => row['Tâche parente']).length };
    },
  ],
  [
    'trello-like.json',
    'trello',
    'tasks',
    async () => {
      const board = JSON.parse(await text('trello-like.json'));
      return {
        tasks: board.cards.length,
        comments: board.actions.filter(({ type }: { type: string }) => type === 'commentCard').length,
        items: board.checklists.flatMap(({ checkItems }: { checkItems: object[] }) => checkItems).length,
      };
    },
  ],
  [
    'github-issues-like.json',
    'github-issues',
    'tasks',
    async () => ({ tasks: JSON.parse(await text('github-issues-like.json')).length }),
  ],
  [
    'slack-like',
    'slack',
    'messages',
    async () => {
      const messages = await slackDays();
      const reactions = messages.flatMap((message) => message.reactions ?? []).flatMap(({ users }) => users);
      return { messages: messages.length, reactions: reactions.length };
    },
  ],
  [
    'mattermost-like.jsonl',
    'mattermost',
    'messages',
    async () => {
      const lines = (await text('mattermost-like.jsonl')).trim().split('\n');
      const posts = lines.flatMap((line) => (JSON.parse(line) as { post?: Post }).post ?? []);
      const all = posts.flatMap((post) => [post, ...(post.replies ?? [])]);
      return { messages: all.length, reactions: all.flatMap(({ reactions = [] }) => reactions).length };
    },
  ],
];

// These files are not part of the repository. The tests of shipped mappings use small files of the same formats.
describe.runIf(existsSync(data))('files as other tools export them', async () => {
  const server = await world();
  const company = await server.company();

  it('are all tried here', async () => {
    const files = (await readdir(data)).filter((file) => file !== 'README.md');
    expect(exports.map(([file]) => file).sort()).toEqual(files.sort());
  });

  it.each(exports)('%s imports by the mapping %s, whole, and once', async (file, name, kind, held) => {
    const mapping = await shippedMapping(`${name}.yaml`);
    const before = await everything(company);
    const report = await importInto(company, kind, path.join(data, file), mapping);
    expect(report.skipped).toEqual([]);
    const after = await everything(company);
    const made = (table: string): object[] =>
      after[table]!.filter((row) => !before[table]!.some((old) => JSON.stringify(old) === JSON.stringify(row)));
    const expected = await held();
    const found: Held = {
      entries: made('timeEntries').length,
      hours: sum(made('timeEntries').map((row) => Number((row as { hours: string }).hours))),
      tasks: made('tasks').length,
      comments: made('taskComments').length,
      items: made('checklistItems').length,
      dependencies: made('taskDependencies').length,
      messages: made('messages').length,
      reactions: made('messageReactions').length,
    };
    expect(found).toMatchObject(expected);
    const again = await importInto(company, kind, path.join(data, file), mapping, { batchSize: 1 });
    expect(again.changes).toEqual(nothing);
    expect(await everything(company)).toEqual(after);
  });
});
