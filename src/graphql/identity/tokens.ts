import type { SignedIn } from '../../identity/sessions.ts';
import type { Context } from '../context.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { User } from './user.ts';

export const TokenDelivery = builder.enumType('TokenDelivery', {
  description: 'Where the refresh token goes.',
  values: {
    COOKIE: { description: 'Into a cookie that scripts cannot read: for browsers.' },
    BODY: { description: 'Into the answer: for programs that keep it safe themselves, such as mobile ones.' },
  } as const,
});

export type Delivery = 'COOKIE' | 'BODY';

interface TokensShape extends Omit<SignedIn, 'refreshToken'> {
  refreshToken: string | null;
}

export const Tokens = builder.objectRef<TokensShape>('Tokens').implement({
  description: 'What a client needs to go on as somebody.',
  fields: (t) => ({
    user: t.expose('account', { type: User, description: 'Whose session it is.' }),
    organizationId: t.id({
      nullable: true,
      description:
        'The organization that the access token is good for; null when one must be chosen by refreshSession.',
      resolve: ({ organizationId }) => (organizationId ? catalogId('Organization', organizationId) : null),
    }),
    accessToken: t.exposeString('accessToken', { description: 'Send it as `Authorization: Bearer <token>`.' }),
    accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
      type: 'DateTime',
      description: 'When the access token ends: refresh before.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description: 'Good for one refreshSession; null when it went into the cookie.',
    }),
    refreshTokenExpiresAt: t.expose('refreshTokenExpiresAt', {
      type: 'DateTime',
      description: 'When the session ends unless it is refreshed before.',
    }),
  }),
});

/** The answer to a client, with the refresh token where the client wants it. */
export function deliver(ctx: Context, signed: SignedIn, delivery: Delivery): { tokens: TokensShape } {
  if (delivery === 'BODY') return { tokens: signed };
  const { identity } = ctx.services;
  const seconds = (signed.refreshTokenExpiresAt.getTime() - identity.clock().getTime()) / 1000;
  ctx.scope.cookies.setRefreshToken(signed.refreshToken, seconds);
  return { tokens: { ...signed, refreshToken: null } };
}
