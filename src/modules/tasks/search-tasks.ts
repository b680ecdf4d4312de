import { builder } from '../../graphql/declare/builder.ts';
import { overRows } from '../../graphql/declare/pages.ts';
import { checkQuery, matchesText, searchOrdering, searchPage } from '../../graphql/declare/text-search.ts';
import { Task } from './task.ts';

builder.queryField('searchTasks', (t) =>
  t.drizzleConnection(
    {
      type: Task,
      args: {
        query: t.arg.string({
          required: true,
          description:
            'Words in French or English, with or without accents. "A phrase", `or` and -without work as in a search engine.',
        }),
      },
      authScopes: { reads: 'tasks' },
      ...overRows(
        'tasks',
        (_root: object, { query }: { query: string }) => matchesText(checkQuery(query)) as never,
        searchOrdering,
      ),
      description:
        'The tasks with these words in the name or the description, the best match first; the name counts more.',
      resolve: (query, _root, args, ctx) =>
        ctx.db.query.tasks.findMany(query(searchPage<'tasks'>(checkQuery(args.query)))),
    },
    ...Task.connection,
  ),
);
