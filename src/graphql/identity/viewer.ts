import { listMemberships, type OwnMembership } from '../../identity/list-memberships.ts';
import { listSessions } from '../../identity/list-sessions.ts';
import { listOwnApiKeys } from '../../identity/own-api-keys.ts';
import type { Account, Viewer as Member } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';
import { builder } from '../declare/builder.ts';
import { personOf } from './catalog-mutation.ts';
import { Membership, Organization } from './organization.ts';
import { OwnApiKey } from './own-api-key.ts';
import { Permission } from './permission.ts';
import { Role } from './role.ts';
import { Session } from './session.ts';
import { User } from './user.ts';

/** The viewer. The memberships are read once, however many fields need them. */
export class ViewerShape {
  readonly account: Account;
  readonly member: Member | undefined;
  readonly #ctx: Context;
  #memberships: Promise<OwnMembership[]> | undefined;

  constructor(ctx: Context, account: Account) {
    this.#ctx = ctx;
    this.account = account;
    this.member = ctx.request.viewer;
  }

  memberships(): Promise<OwnMembership[]> {
    this.#memberships ??= listMemberships(this.#ctx.services.identity, this.account.userId);
    return this.#memberships;
  }
}

export const Viewer = builder.objectRef<ViewerShape>('Viewer').implement({
  description: 'The sender of the request, and their permissions.',
  fields: (t) => ({
    user: t.expose('account', { type: User, description: 'The account.' }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization of this request; null if the token names none.',
      resolve: async (viewer) => {
        const id = viewer.member?.organizationId;
        if (id === undefined) return null;
        return (await viewer.memberships()).find(({ organization }) => organization.id === id)?.organization ?? null;
      },
    }),
    role: t.field({
      type: Role,
      nullable: true,
      description: 'The viewer’s role in that organization; null without one.',
      resolve: ({ member }) => member?.role ?? null,
    }),
    permissions: t.field({
      type: [Permission],
      description: 'The viewer’s permissions in that organization; empty without one.',
      resolve: ({ member }) => [...(member?.permissions ?? [])],
    }),
    organizations: t.field({
      type: [Membership],
      description:
        'The user’s organizations; for an API key, only its own. Call refreshSession to get a token for another one.',
      resolve: async (viewer) => {
        const memberships = await viewer.memberships();
        if (!viewer.member?.apiKey) return memberships;
        return memberships.filter(({ membershipId }) => membershipId === viewer.member?.membershipId);
      },
    }),
    sessions: t.field({
      type: [Session],
      description: 'The user’s sessions, most recently used first. Not for API keys.',
      resolve: async (_viewer, _args, ctx) => {
        const account = personOf(ctx);
        const sessions = await listSessions(ctx.services.identity, account.userId);
        return sessions.map((session) => ({ ...session, isCurrent: session.id === account.sessionId }));
      },
    }),
    apiKeys: t.field({
      type: [OwnApiKey],
      description: 'The user’s API keys in all organizations, newest first, at most 200. Not for API keys.',
      resolve: (_viewer, _args, ctx) => listOwnApiKeys(ctx.services.identity, personOf(ctx).userId),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'The sender of the request; null without credentials.',
    resolve: (_root, _args, ctx) => (ctx.request.account ? new ViewerShape(ctx, ctx.request.account) : null),
  }),
);
