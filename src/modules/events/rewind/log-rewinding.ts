import { events, trash, trashParts } from '../tables.ts';
import { defineRewinding } from './rewinding.ts';

defineRewinding(events, { only: ({ isLater }) => `not (${isLater})` });
defineRewinding(trash, {
  only: ({ later }) => `not exists (select from ${later} as e where e.resource_type = t.resource_type
    and e.resource_id = t.resource_id and e.action like '%.deleted')`,
  lost: { '*': 'objects that were restored or removed for good since are not in the trash' },
});
defineRewinding(trashParts, { only: () => 'true', lost: { '*': 'as the trash' } });
