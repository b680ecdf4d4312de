import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { createProfile } from './create-profile.ts';
import { PresenceStatus } from './presence-status.ts';
import { Profile } from './profile.ts';
import { updateProfile } from './update-profile.ts';

defineMutation('createProfile', {
  description: 'Adds a person who has no account. Needs people:manage.',
  permission: 'people:manage',
  input: (t) => ({
    firstName: t.string({ required: true, description: 'First name, 1 to 200 characters.' }),
    lastName: t.string({ description: 'Last name, at most 200 characters.' }),
    email: t.field({ type: 'EmailAddress', description: 'Where to write to the person.' }),
    phone: t.string({ description: 'Phone number.' }),
    avatarUrl: t.string({ description: 'Address of a picture.' }),
    managerId: t.globalID({ for: Profile, description: 'Whom the person reports to.' }),
    externalReference: t.string({ description: 'Your own key of this person; unique.' }),
  }),
  run: (ctx, input) => createProfile(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ profile: changed(t, Profile, 'profiles', ({ id }) => id) }),
});

defineMutation('updateProfile', {
  description: 'Changes a person: your own profile, or anybody’s with people:manage. Absent fields stay, null clears.',
  input: (t) => ({
    id: t.globalID({ for: Profile, required: true, description: 'Who.' }),
    firstName: t.string({ description: 'First name, 1 to 200 characters.' }),
    lastName: t.string({ description: 'Last name, at most 200 characters.' }),
    email: t.field({
      type: 'EmailAddress',
      description: 'Where to write to the person; a member’s comes from the account.',
    }),
    phone: t.string({ description: 'Phone number.' }),
    avatarUrl: t.string({ description: 'Address of a picture.' }),
    presence: t.field({ type: PresenceStatus, description: 'Whether the person can be reached now.' }),
    managerId: t.globalID({ for: Profile, description: 'Whom the person reports to. Needs people:manage.' }),
    externalReference: t.string({ description: 'Your own key of this person; unique. Needs people:manage.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateProfile(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ profile: changed(t, Profile, 'profiles', ({ id }) => id) }),
});
