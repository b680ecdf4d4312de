import { sql } from 'drizzle-orm';
import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { definePage } from '../../graphql/declare/pages.ts';
import { profileFilter } from '../people/profile-filter.ts';

export const clientFilter: Filter<'clients'> = defineFilter('ClientFilter', 'clients', {
  description: 'Which clients.',
  fields: {
    id: { id: 'Client', column: 'id', description: 'By id.' },
    name: { as: 'String', column: 'name', description: 'By name.' },
    sector: { as: 'String', column: 'sector', description: 'By sector.' },
    mainContact: { as: 'String', column: 'mainContact', description: 'By the name of the main contact.' },
    contactId: { id: 'Profile', column: 'contactId', description: 'By the person who sees their projects.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    contact: { filter: () => profileFilter, description: 'By the person who sees their projects.' },
  },
});

const clientOrder = defineOrder('Client', 'clients', {
  NAME: { column: 'name', description: 'Name.' },
  SECTOR: { column: 'sector', description: 'Sector; none comes first.', absent: sql`''` },
  CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

export const clientPage = definePage(clientFilter, clientOrder);
