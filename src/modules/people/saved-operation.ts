import { builder } from '../../graphql/declare/builder.ts';
import type { InputBuilder } from '../../graphql/declare/mutation.ts';
import { registerPersonalData, workText } from '../../graphql/declare/personal-data.ts';
import { badInput } from '../../lib/errors.ts';
import { narrowHistory } from '../events/narrowed-history.ts';
import { defineResource } from '../events/resource.ts';
import { checkSavedDocument } from './check-document.ts';
import { canEditOwned, readableOperations } from './policy.ts';
import { objectOf, requireOwnName, requireSharing } from './sharing.ts';

/** Most characters of the variables, as JSON. */
const longestVariables = 10_000;

const described = 'The variables with which it is sent';
const variablesInput = (t: InputBuilder) => ({
  variables: t.field({
    type: 'JSONObject',
    description: `${described}; at most ${longestVariables} characters. None by default.`,
  }),
});

function variablesOf(given: unknown): string {
  const field = 'input.variables';
  const text = JSON.stringify(objectOf(given, field));
  if (text.length > longestVariables) throw badInput(`at most ${longestVariables} characters as JSON`, field);
  return text;
}

const SavedOperation = defineResource('savedOperations', {
  name: 'SavedOperation',
  noun: 'operation',
  description:
    'An operation that was saved in the explorer. It may be refused when it is sent: because it costs too much, or because ' +
    'the graph has changed.',
  read: readableOperations,
  write: {
    needs: 'graph:explore',
    allow: canEditOwned,
    allowedTo: 'your own, or those that others share with project:write',
  },
  fields: {
    owner: {
      description: 'The person who saved it.',
      listDescription: 'The operations of the person that you may see.',
    },
    name: { description: 'Name; unique among the operations of a person.', personal: workText('ownerId') },
    document: {
      description: 'Its GraphQL document.',
      personal: workText('ownerId'),
    },
    isShared: {
      description: 'Whether all members who may open the explorer see it, except the role CLIENT.',
      inputDescription:
        'Whether all members who may open the explorer see it, except the role CLIENT; needs project:write',
    },
  },
  order: { name: 'asc' },
  list: 'Your saved operations, and those that others share.',
  create: {
    description: 'Saves an operation, whose document must be valid for the graph.',
    writes: ['name', 'document', 'isShared'],
    input: variablesInput,
    before: async ({ viewer, values, extra }) => {
      requireSharing(viewer, values.isShared);
      await checkSavedDocument(values.document);
      return { ownerId: viewer.profileId, variables: variablesOf(extra.variables) };
    },
  },
  update: {
    description: 'Changes a saved operation; only its owner may rename it.',
    writes: ['name', 'document', 'isShared'],
    input: variablesInput,
    before: async ({ viewer, values, current, next, extra }) => {
      requireSharing(viewer, next.isShared);
      requireOwnName(viewer, current, next);
      if (values.document !== undefined) await checkSavedDocument(next.document);
      return extra.variables ? { variables: variablesOf(extra.variables) } : {};
    },
  },
  delete: { description: 'Deletes a saved operation' },
});

// It may hold what its owner removed before sharing it
narrowHistory('SavedOperation', () => []);
registerPersonalData('savedOperations', { variables: workText('ownerId') });

builder.drizzleObjectFields(SavedOperation, (t) => ({
  variables: t.field({
    type: 'JSONObject',
    description: `${described}.`,
    select: { columns: { variables: true } },
    resolve: ({ variables }) => JSON.parse(variables) as Record<string, unknown>,
  }),
}));
