import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { decodeGlobalId, externalReferenceOf } from '../../graphql/declare/global-id.ts';
import { badInput } from '../../lib/errors.ts';

function ofResource(text: string): { resourceType: string; resourceId: string } {
  const { typename, id } = decodeGlobalId(text);
  if (externalReferenceOf(id) !== undefined) throw badInput('This filter takes ids of the form Type:uuid', 'resource');
  return { resourceType: typename, resourceId: id };
}

export const eventFilter: Filter<'events'> = defineFilter('EventFilter', 'events', {
  description: 'Which events.',
  fields: {
    action: { as: 'String', column: 'action', description: 'By what happened, such as task.moved.' },
    resourceType: { as: 'String', column: 'resourceType', description: 'By the type of what it happened to.' },
    actorId: { id: 'Profile', column: 'actorId', description: 'By who did it; absent for the system and imports.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when it happened.' },
  },
  custom: {
    resource: { type: 'ID', description: 'What it happened to: a global id.', where: ofResource },
  },
});
