import { defineRewinding } from '../events/rewind/rewinding.ts';
import { timeEntries } from './tables.ts';

defineRewinding(timeEntries, {
  lost: { '*': 'what an import changed since, in entries that it did not create, stays changed' },
});
