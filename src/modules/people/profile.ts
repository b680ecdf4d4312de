import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineConnection, listOf } from '../../graphql/declare/pages.ts';
import { keepConfidential } from '../events/confidential.ts';
import { readableProfiles } from './policy.ts';
import { PresenceStatus } from './presence-status.ts';
import { profilePage } from './profile-filter.ts';
import { profiles } from './tables.ts';

defineRowRule('profiles', readableProfiles);
keepConfidential('Profile', 'userId', 'member:manage');

export const Profile = builder.drizzleNode('profiles', {
  name: 'Profile',
  description: 'A person of the company: a member, or somebody only known as a contact or from an import.',
  id: { column: profiles.id },
  select: { columns: {} },
  fields: (t) => ({
    firstName: t.exposeString('firstName', { description: 'First name.' }),
    lastName: t.exposeString('lastName', { description: 'Last name; empty where an import knew only one name.' }),
    fullName: t.string({
      description: 'First and last name, as one text.',
      select: { columns: { firstName: true, lastName: true } },
      resolve: ({ firstName, lastName }) => `${firstName} ${lastName}`.trim(),
    }),
    email: t.exposeString('email', { nullable: true, description: 'Address of the account, or the contact’s own.' }),
    phone: t.exposeString('phone', { nullable: true, description: 'Phone number as the person wrote it.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'Address of a picture.' }),
    isMember: t.boolean({
      description: 'Whether the person has an account in this organization.',
      select: { columns: { userId: true, leftAt: true } },
      resolve: ({ userId, leftAt }) => userId !== null && leftAt === null,
    }),
    presence: t.expose('presence', { type: PresenceStatus, description: 'Whether the person can be reached now.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', nullable: true, description: 'When last active.' }),
    leftAt: t.expose('leftAt', { type: 'DateTime', nullable: true, description: 'When the person left the company.' }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this person in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

export const ProfileConnection = defineConnection(Profile, 'Profile');

builder.drizzleObjectFields(Profile, (t) => ({
  manager: t.relation('manager', { nullable: true, description: 'Whom the person reports to.' }),
  reports: t.relatedConnection(
    'reports',
    { args: profilePage.args, totalCount: true, description: 'Who reports to this person.', query: profilePage.query },
    ...ProfileConnection,
  ),
}));

builder.queryField('profiles', (t) =>
  t.drizzleConnection(
    {
      type: Profile,
      args: profilePage.args,
      authScopes: { member: true },
      extensions: listOf(profilePage),
      description: 'The people of the company.',
      totalCount: (_root, args, ctx) => ctx.db.count('profiles', profilePage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.profiles.findMany(query(profilePage.query(args))),
    },
    ...ProfileConnection,
  ),
);
