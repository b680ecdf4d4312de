import { defineRelationsPart } from 'drizzle-orm';
import * as tables from './tables.ts';

export const peopleRelations = defineRelationsPart(tables, (r) => ({
  profiles: {
    manager: r.one.profiles({ from: r.profiles.managerId, to: r.profiles.id, alias: 'management' }),
    reports: r.many.profiles({ from: r.profiles.id, to: r.profiles.managerId, alias: 'management' }),
  },
}));
