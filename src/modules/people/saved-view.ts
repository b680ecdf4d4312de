import { builder } from '../../graphql/declare/builder.ts';
import type { InputBuilder } from '../../graphql/declare/mutation.ts';
import { registerPersonalData, workText } from '../../graphql/declare/personal-data.ts';
import { narrowHistory } from '../events/narrowed-history.ts';
import { defineResource } from '../events/resource.ts';
import { checkView, longestArguments } from './check-view.ts';
import { canEditOwned, readableViews } from './policy.ts';
import { objectOf, requireOwnName, requireSharing } from './sharing.ts';

const described = 'The arguments of the list, such as `where` and `orderBy`, as they go into the variables of a query';
const argumentsInput = (t: InputBuilder) => ({
  arguments: t.field({
    type: 'JSONObject',
    description: `${described}; at most ${longestArguments} characters. None by default.`,
  }),
});

const columns = 'Its columns in order: fields of the objects in the list, such as `name` and `project.name`.';

const SavedView = defineResource('savedViews', {
  name: 'SavedView',
  noun: 'view',
  description:
    'A way to look at a list: its filter, its order and its columns. A view that was saved before a filter of the graph ' +
    'changed may be refused when it is used.',
  read: readableViews,
  write: {
    needs: 'project:read',
    allow: canEditOwned,
    allowedTo: 'your own, or those that others share with project:write',
  },
  fields: {
    owner: { description: 'The person who saved it.', listDescription: 'The views of the person that you may see.' },
    name: { description: 'Name; unique among the views of a person for one list.', personal: workText('ownerId') },
    list: { description: 'The list: the name of a root field, such as `tasks`.', max: 60, personal: false },
    columns: { description: columns, max: 50, personal: false },
    isShared: {
      description: 'Whether all members of the organization see it, except the role CLIENT.',
      inputDescription: 'Whether all members of the organization see it, except the role CLIENT; needs project:write',
    },
  },
  order: { name: 'asc' },
  list: 'Your views, and those that others share.',
  create: {
    description: 'Saves a view of a list, which the graph must accept.',
    writes: ['name', 'list', 'columns', 'isShared'],
    input: argumentsInput,
    before: ({ viewer, values, extra }) => {
      requireSharing(viewer, values.isShared);
      const given = objectOf(extra.arguments, 'input.arguments');
      checkView({ list: values.list, arguments: given, columns: values.columns ?? [] });
      return { ownerId: viewer.profileId, arguments: JSON.stringify(given) };
    },
  },
  update: {
    description: 'Changes a view; its list stays, and only its owner may rename it.',
    writes: ['name', 'columns', 'isShared'],
    input: argumentsInput,
    before: ({ viewer, values, current, next, extra }) => {
      requireSharing(viewer, next.isShared);
      requireOwnName(viewer, current, next);
      const given = extra.arguments ? objectOf(extra.arguments, 'input.arguments') : undefined;
      if (!given && !values.columns) return {};
      checkView({ list: current.list, arguments: given ?? {}, columns: next.columns });
      return given ? { arguments: JSON.stringify(given) } : {};
    },
  },
  delete: { description: 'Deletes a view' },
});

// It may hold what its owner removed before sharing it
narrowHistory('SavedView', () => []);
registerPersonalData('savedViews', { arguments: workText('ownerId') });

builder.drizzleObjectFields(SavedView, (t) => ({
  arguments: t.field({
    type: 'JSONObject',
    description: `${described}.`,
    select: { columns: { arguments: true } },
    resolve: (view) => JSON.parse(view.arguments) as Record<string, unknown>,
  }),
}));
