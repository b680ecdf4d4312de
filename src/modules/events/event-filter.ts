import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { decodeGlobalId, externalReferenceOf } from '../../graphql/declare/global-id.ts';
import { badInput } from '../../lib/errors.ts';
import { ofParts } from './parts-activity.ts';

function ofResource(text: string): { resourceType: string; resourceId: string } {
  const { typename, id } = decodeGlobalId(text);
  if (externalReferenceOf(id) !== undefined) throw badInput('This filter takes ids of the form Type:uuid', 'where');
  return { resourceType: typename, resourceId: id };
}

function ofWhole(text: string) {
  const { resourceType, resourceId } = ofResource(text);
  const parts = ofParts(resourceType, resourceId);
  if (!parts) throw badInput('This filter takes the id of a task or of a project', 'activityOf');
  return { OR: [{ resourceType, resourceId }, { RAW: parts }] };
}

export const eventFilter: Filter<'events'> = defineFilter('EventFilter', 'events', {
  description: 'Conditions on events.',
  fields: {
    action: { as: 'String', column: 'action', description: 'By action, such as task.moved.' },
    resourceType: { as: 'String', column: 'resourceType', description: 'By the type of the object.' },
    actorId: {
      id: 'Profile',
      column: 'actorId',
      description: 'By the person who did it; null for the system and imports.',
    },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By time.' },
  },
  custom: {
    activityOf: {
      type: 'ID',
      description:
        'Events of a task and of its comments, checklist, time and milestone memberships; or of a project and of everything ' +
        'that was ever in it, except its messages. Takes the global id of the task or project.',
      where: ofWhole,
    },
    resource: { type: 'ID', description: 'Events of one object. Takes its global id.', where: ofResource },
  },
});
