import type { SignedIn } from '../../identity/sessions.ts';
import type { Context } from '../context.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { User } from './user.ts';

export const TokenDelivery = builder.enumType('TokenDelivery', {
  description: 'Where the refresh token is returned.',
  values: {
    COOKIE: { description: 'In a cookie that scripts cannot read: for browsers.' },
    BODY: { description: 'In the answer: for programs that store it safely, such as mobile apps.' },
  } as const,
});

export type Delivery = 'COOKIE' | 'BODY';

interface TokensShape extends Omit<SignedIn, 'refreshToken'> {
  refreshToken: string | null;
}

export const Tokens = builder.objectRef<TokensShape>('Tokens').implement({
  description: 'The tokens of a session.',
  fields: (t) => ({
    user: t.expose('account', { type: User, description: 'The user of the session.' }),
    organizationId: t.id({
      nullable: true,
      description:
        'The organization that the access token is valid for; null if one must be chosen with refreshSession.',
      resolve: ({ organizationId }) => (organizationId ? catalogId('Organization', organizationId) : null),
    }),
    accessToken: t.exposeString('accessToken', { description: 'Send it as `Authorization: Bearer <token>`.' }),
    accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
      type: 'DateTime',
      description: 'When the access token expires: refresh it before.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description: 'Valid for one refreshSession; null if it is in the cookie.',
    }),
    refreshTokenExpiresAt: t.expose('refreshTokenExpiresAt', {
      type: 'DateTime',
      description: 'When the session expires, unless it is refreshed before.',
    }),
  }),
});

/** The tokens for a client, with the refresh token where the client wants it. */
export function deliver(ctx: Context, signed: SignedIn, delivery: Delivery): { tokens: TokensShape } {
  if (delivery === 'BODY') return { tokens: signed };
  const { identity } = ctx.services;
  const seconds = (signed.refreshTokenExpiresAt.getTime() - identity.clock().getTime()) / 1000;
  ctx.request.cookies.setRefreshToken(signed.refreshToken, seconds);
  return { tokens: { ...signed, refreshToken: null } };
}
