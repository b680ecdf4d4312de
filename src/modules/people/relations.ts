import { defineRelationsPart } from 'drizzle-orm';
import * as calendars from '../calendars/tables.ts';
import * as events from '../events/tables.ts';
import * as tables from './tables.ts';

export const peopleRelations = defineRelationsPart({ ...calendars, ...events, ...tables }, (r) => ({
  profiles: {
    manager: r.one.profiles({ from: r.profiles.managerId, to: r.profiles.id, alias: 'management' }),
    reports: r.many.profiles({ from: r.profiles.id, to: r.profiles.managerId, alias: 'management' }),
    views: r.many.savedViews({ from: r.profiles.id, to: r.savedViews.ownerId }),
    operations: r.many.savedOperations({ from: r.profiles.id, to: r.savedOperations.ownerId }),
    calendar: r.one.workCalendars({ from: r.profiles.calendarId, to: r.workCalendars.id }),
  },
  savedViews: {
    owner: r.one.profiles({ from: r.savedViews.ownerId, to: r.profiles.id, optional: false }),
  },
  savedOperations: {
    owner: r.one.profiles({ from: r.savedOperations.ownerId, to: r.profiles.id, optional: false }),
  },
  workCalendars: {
    people: r.many.profiles({ from: r.workCalendars.id, to: r.profiles.calendarId }),
  },
  events: {
    actor: r.one.profiles({ from: r.events.actorId, to: r.profiles.id }),
  },
  trash: {
    deletedBy: r.one.profiles({ from: r.trash.deletedById, to: r.profiles.id }),
  },
}));
