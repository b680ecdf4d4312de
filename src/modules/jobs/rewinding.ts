import { defineRewinding } from '../events/rewind/rewinding.ts';
import { jobs } from './tables.ts';

defineRewinding(jobs, { only: () => 'false', lost: { '*': 'none: they belong to changes that may be undone' } });
