import { listMemberships, type OwnMembership } from '../../identity/list-memberships.ts';
import { listSessions } from '../../identity/list-sessions.ts';
import type { Account, Viewer as Member } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';
import { builder } from '../declare/builder.ts';
import { Membership, Organization } from './organization.ts';
import { Permission } from './permission.ts';
import { Role } from './role.ts';
import { Session } from './session.ts';
import { User } from './user.ts';

/** Who asks. The memberships are read once, however many fields need them. */
export class ViewerShape {
  readonly account: Account;
  readonly member: Member | undefined;
  readonly #ctx: Context;
  #memberships: Promise<OwnMembership[]> | undefined;

  constructor(ctx: Context, account: Account) {
    this.#ctx = ctx;
    this.account = account;
    this.member = ctx.scope.viewer;
  }

  memberships(): Promise<OwnMembership[]> {
    this.#memberships ??= listMemberships(this.#ctx.services.identity, this.account.userId);
    return this.#memberships;
  }
}

export const Viewer = builder.objectRef<ViewerShape>('Viewer').implement({
  description: 'Who asks, and what they may.',
  fields: (t) => ({
    user: t.expose('account', { type: User, description: 'The account.' }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization that this request is about; null when the token names none.',
      resolve: async (viewer) => {
        const id = viewer.member?.organizationId;
        if (id === undefined) return null;
        return (await viewer.memberships()).find(({ organization }) => organization.id === id)?.organization ?? null;
      },
    }),
    role: t.field({
      type: Role,
      nullable: true,
      description: 'What the viewer is in that organization.',
      resolve: ({ member }) => member?.role ?? null,
    }),
    permissions: t.field({
      type: [Permission],
      description: 'What the viewer may do in that organization; empty without one.',
      resolve: ({ member }) => [...(member?.permissions ?? [])],
    }),
    organizations: t.field({
      type: [Membership],
      description: 'Every organization that the user belongs to. Ask refreshSession for a token of another one.',
      resolve: (viewer) => viewer.memberships(),
    }),
    sessions: t.field({
      type: [Session],
      description: 'Where the user is signed in, the session used last first.',
      resolve: async ({ account }, _args, ctx) => {
        const sessions = await listSessions(ctx.services.identity, account.userId);
        return sessions.map((session) => ({ ...session, isCurrent: session.id === account.sessionId }));
      },
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who asks; null without credentials.',
    resolve: (_root, _args, ctx) => (ctx.scope.account ? new ViewerShape(ctx, ctx.scope.account) : null),
  }),
);
