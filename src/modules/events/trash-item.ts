import { builder } from '../../graphql/declare/builder.ts';
import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import { registerPersonalData } from '../../graphql/declare/personal-data.ts';
import { defineResource } from './resource.ts';
import { readableTrash } from './trash-policy.ts';

const copy = {
  whose: { person: 'The people whom the deleted objects name' },
  why: 'Brings back what was deleted by mistake.',
  keep: 'Until it is restored, or for the days of the setting `trashDays`.',
  erase: 'CLEAR',
} as const;
registerPersonalData('trash', { content: copy });
registerPersonalData('trashParts', { content: copy });

const TrashItem = defineResource('trash', {
  name: 'TrashItem',
  noun: 'deleted object',
  description: 'A deleted object that can be restored.',
  read: readableTrash,
  fields: {
    resourceType: {
      description: 'The type of the object, such as Task; `restoreTask` restores it.',
      max: 100,
      personal: false,
    },
    name: { description: 'Its name.', personal: copy },
    deletedBy: 'The person who deleted it; null if you may not see them.',
    deletedAt: 'When it was deleted.',
  },
  order: { deletedAt: 'desc' },
  list: 'The deleted objects that you may restore, the latest first. They are deleted for good after `trashDays` days.',
});

builder.drizzleObjectFields(TrashItem, (t) => ({
  resourceId: t.id({
    description: 'The id of the object, which it keeps when it is restored.',
    select: { columns: { resourceType: true, resourceId: true } },
    resolve: ({ resourceType, resourceId }) => encodeGlobalId(resourceType, resourceId),
  }),
}));
