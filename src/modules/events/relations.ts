import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as tables from './tables.ts';

export const eventsRelations = defineRelationsPart({ ...tables, ...people }, (r) => ({
  events: {
    actor: r.one.profiles({ from: r.events.actorId, to: r.profiles.id }),
  },
}));
