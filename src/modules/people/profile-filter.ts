import { sql } from 'drizzle-orm';
import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { definePage } from '../../graphql/declare/pages.ts';
import { PresenceStatus } from './presence-status.ts';

export const profileFilter: Filter<'profiles'> = defineFilter('ProfileFilter', 'profiles', {
  description: 'Which people.',
  fields: {
    id: { id: 'Profile', column: 'id', description: 'By id.' },
    firstName: { as: 'String', column: 'firstName', description: 'By first name.' },
    lastName: { as: 'String', column: 'lastName', description: 'By last name.' },
    email: { as: 'String', column: 'email', description: 'By address.' },
    managerId: { id: 'Profile', column: 'managerId', description: 'By whom they report to.' },
    presence: { enum: PresenceStatus, name: 'PresenceStatus', column: 'presence', description: 'By presence.' },
    leftAt: { as: 'DateTime', column: 'leftAt', description: 'By when they left; absent for those who are here.' },
    lastSeenAt: { as: 'DateTime', column: 'lastSeenAt', description: 'By when last active; absent for never.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    manager: { filter: () => profileFilter, description: 'By their manager.' },
  },
});

const profileOrder = defineOrder('Profile', 'profiles', {
  FIRST_NAME: { column: 'firstName', description: 'First name.' },
  LAST_NAME: { column: 'lastName', description: 'Last name.' },
  CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
  LAST_SEEN_AT: {
    column: 'lastSeenAt',
    description: 'When last active; never counts as earliest.',
    absent: sql`'-infinity'::timestamptz`,
  },
});

export const profilePage = definePage(profileFilter, profileOrder);
