import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as tables from './tables.ts';

export const clientsRelations = defineRelationsPart({ ...people, ...tables }, (r) => ({
  clients: {
    contact: r.one.profiles({ from: r.clients.contactId, to: r.profiles.id }),
  },
  profiles: {
    clients: r.many.clients({ from: r.profiles.id, to: r.clients.contactId }),
  },
}));
