import { defineRewinding } from '../events/rewind/rewinding.ts';
import { profiles } from './tables.ts';

defineRewinding(profiles, { lost: { presence: 'as it is now', lastSeenAt: 'as it is now' } });
