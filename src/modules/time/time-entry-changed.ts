import { defineSubscription } from '../events/changes/define-subscription.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { TimeEntry } from './time-entry.ts';

defineSubscription('timeEntryChanged', {
  type: TimeEntry,
  description: 'The time entries that you see, whenever one is created, changed, reviewed or deleted.',
  within: {
    projectId: { type: Project, description: 'Only the work on this project.' },
    profileId: { type: Profile, description: 'Only the work of this person.' },
  },
});
