import { defineRewinding } from '../events/rewind/rewinding.ts';
import { notifications } from './tables.ts';

defineRewinding(notifications, { lost: { '*': 'those that maintenance deleted since are lost' } });
