import type { Account } from '../../identity/viewer.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';

type UserShape = Pick<Account, 'userId' | 'email' | 'firstName' | 'lastName'>;

export const User = builder.objectRef<UserShape>('User').implement({
  description: 'An account. One user can belong to many organizations, with a profile in each.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ userId }) => catalogId('User', userId) }),
    email: t.exposeString('email', { description: 'The address to sign in with.' }),
    firstName: t.exposeString('firstName', { description: 'First name.' }),
    lastName: t.exposeString('lastName', { description: 'Last name.' }),
  }),
});
