import { defineRewinding } from '../events/rewind/rewinding.ts';
import { timeEntries } from './tables.ts';

defineRewinding(timeEntries, {
  lost: { '*': 'later changes by imports, in entries that the import did not create, are not undone' },
});
