import { leadsTo } from '../../access/leads-to.ts';
import { lockRule } from '../../access/rule-lock.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { registerPersonalData } from '../../graphql/declare/personal-data.ts';
import { AppError } from '../../lib/errors.ts';
import { emailField, webAddressField } from '../../lib/fields.ts';
import { keepConfidential } from '../events/confidential.ts';
import { defineResource } from '../events/resource.ts';
import { canEditProfile, readableProfiles } from './policy.ts';
import { PresenceStatus } from './presence-status.ts';
import { profiles } from './tables.ts';

const person = {
  whose: 'id',
  why: 'Identifies and reaches the people of the organization.',
  keep: 'Until the person is erased.',
  erase: 'CLEAR',
} as const;
const named = { ...person, erase: 'PSEUDONYMISE' } as const;
const reporting = { table: profiles, from: profiles.id, to: profiles.managerId };

export const Profile = defineResource('profiles', {
  name: 'Profile',
  noun: 'person',
  nouns: 'people',
  description: 'A person of the organization: a member, a contact of a client, or a person from an import.',
  read: readableProfiles,
  write: {
    allow: (viewer, { id }) => canEditProfile(viewer, id),
    allowedTo: 'your own profile, or anybody’s with people:manage',
  },
  fields: {
    firstName: { description: 'First name.', personal: named },
    lastName: {
      description: 'Last name; empty if an import had only one name.',
      min: 0,
      default: { description: 'empty', value: () => '' },
      personal: named,
    },
    email: {
      description: 'Email address: the account’s, or that of a person without an account.',
      inputDescription: 'Email address. A member’s comes from the account and cannot be set.',
      inputType: 'EmailAddress',
      check: emailField,
      filtered: true,
      personal: person,
    },
    phone: { description: 'Phone number, in free form.', max: 500, personal: person },
    avatarUrl: { description: 'URL of a picture.', check: webAddressField, personal: person },
    presence: { description: 'Whether the person is online.', values: PresenceStatus, personal: person },
    lastSeenAt: { description: 'When the person was last active.', absent: 'first', personal: person },
    leftAt: { description: 'When the person left the organization; null for current people.', personal: person },
    manager: {
      description: 'The person’s manager.',
      inputDescription: 'The person’s manager. Needs people:manage.',
      listDescription: 'The people who report to this person.',
    },
    employedFrom: {
      description:
        'First day of employment, from which leave accrues; null if it is not known, or if the person is not an employee.',
      inputDescription: 'First day of employment, from which leave accrues. Needs people:manage.',
      personal: person,
    },
    calendar: {
      description: 'The person’s own work calendar; null if the organization’s default applies.',
      inputDescription: 'The person’s own work calendar. Needs people:manage.',
      listDescription: 'The people who have this calendar as their own.',
    },
  },
  search: { firstName: 'A', lastName: 'A', email: 'B' },
  list: 'The people of the organization.',
  create: {
    description: 'Adds a person who has no account.',
    write: 'people:manage',
    writes: ['firstName', 'lastName', 'email', 'phone', 'avatarUrl', 'managerId', 'calendarId', 'employedFrom'],
  },
  update: {
    writes: [
      'firstName',
      'lastName',
      'email',
      'phone',
      'avatarUrl',
      'presence',
      'managerId',
      'calendarId',
      'employedFrom',
    ],
    before: async ({ tx, viewer, values, current }) => {
      const { managerId, calendarId, employedFrom, externalReference, email, presence } = values;
      const managed = [managerId, calendarId, employedFrom, externalReference].some((value) => value !== undefined);
      if (managed && !viewer.permissions.has('people:manage'))
        throw new AppError(
          'FORBIDDEN',
          'You may not change your own manager, calendar, first day or external reference',
        );
      if (current.userId && email !== undefined && email !== current.email)
        throw new AppError('INVALID_STATE', 'The address of a member comes from the account', { field: 'input.email' });
      if (managerId) {
        // Two concurrent changes could close a cycle together, because neither would see the other's change
        lockRule(tx, 'reporting lines');
        if (await leadsTo(tx, reporting, managerId, current.id))
          throw new AppError('CYCLE', 'Nobody can report to themselves', { field: 'input.managerId' });
      }
      return presence && { lastSeenAt: new Date() };
    },
  },
  upsert: 500,
});

keepConfidential('Profile', 'userId', 'member:manage');
registerPersonalData('profiles', { userId: person });

builder.drizzleObjectFields(Profile, (t) => ({
  fullName: t.string({
    description: 'First and last name, as one text.',
    select: { columns: { firstName: true, lastName: true } },
    resolve: ({ firstName, lastName }) => `${firstName} ${lastName}`.trim(),
  }),
  isMember: t.boolean({
    description: 'Whether the person has an account in this organization.',
    select: { columns: { userId: true, leftAt: true } },
    resolve: ({ userId, leftAt }) => userId !== null && leftAt === null,
  }),
}));
