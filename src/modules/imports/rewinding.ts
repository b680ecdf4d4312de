import { defineRewinding } from '../events/rewind/rewinding.ts';
import { importRuns } from './tables.ts';

defineRewinding(importRuns, {
  only: ({ at }) => `started_at <= ${at}::timestamptz`,
  lost: { '*': 'the progress of a run that had begun is as it is now' },
});
