import { changePassword } from '../../identity/change-password.ts';
import { listMemberships } from '../../identity/list-memberships.ts';
import { revokeOwnSession } from '../../identity/list-sessions.ts';
import { refreshSession } from '../../identity/refresh-session.ts';
import { requestPasswordReset } from '../../identity/request-password-reset.ts';
import { resetPassword } from '../../identity/reset-password.ts';
import { signIn } from '../../identity/sign-in.ts';
import { signOut } from '../../identity/sign-out.ts';
import { signUp } from '../../identity/sign-up.ts';
import { verifyEmail } from '../../identity/verify-email.ts';
import { AppError } from '../../lib/errors.ts';
import { defineCatalogMutation, originOf, personOf } from './catalog-mutation.ts';
import { catalogId, uuidOf } from './ids.ts';
import { NewOrganizationInput } from './new-organization-input.ts';
import { Membership } from './organization.ts';
import { OwnApiKey } from './own-api-key.ts';
import { deliver, TokenDelivery, Tokens } from './tokens.ts';

const deliveryDescription = 'Where to return the refresh token; in the cookie by default.';
const done = { done: true };
const revokeDescription = 'Whether to revoke the user’s API keys too; otherwise they stay valid.';
const keysDescription = 'The user’s remaining API keys: a new password does not revoke them.';
const doneDescription = 'Always true; a failure is an error.';

defineCatalogMutation('signUp', {
  description:
    'Creates an account. With an invitation token, signs in at once. With a new organization or a join code, mails a link first, and verifyEmail completes the sign-up. The answer does not reveal whether the address has an account.',
  caller: 'anybody',
  input: (t) => ({
    email: t.string({ required: true, description: 'The address to sign in with.' }),
    password: t.string({ required: true, description: 'A password of 10 to 256 characters.' }),
    firstName: t.string({ required: true, description: 'First name.' }),
    lastName: t.string({ required: true, description: 'Last name.' }),
    locale: t.string({ description: 'The language of mails to the person, such as fr-FR.' }),
    organization: t.field({
      type: NewOrganizationInput,
      description: 'An organization to create. Give exactly one of organization, joinCode and invitationToken.',
    }),
    joinCode: t.string({ description: 'The code of an organization to join.' }),
    invitationToken: t.string({ description: 'The token of an invitation to this address.' }),
    deviceName: t.string({ description: 'The name of this device in the list of sessions.' }),
    delivery: t.field({ type: TokenDelivery, description: deliveryDescription }),
  }),
  run: async (ctx, { delivery = 'COOKIE', ...input }) => {
    const signed = await signUp(ctx.services.identity, input, originOf(ctx));
    return signed ? deliver(ctx, signed, delivery) : { tokens: null };
  },
  payload: (t) => ({
    tokens: t.expose('tokens', {
      type: Tokens,
      nullable: true,
      description: 'The new session; null until the address is verified.',
    }),
    verificationRequired: t.boolean({
      description: 'Whether a link was mailed to complete the sign-up with verifyEmail.',
      resolve: ({ tokens }) => tokens === null,
    }),
  }),
});

defineCatalogMutation('verifyEmail', {
  description:
    'Completes a sign-up with the mailed link: creates the account, joins or creates the organization, and signs in. If the organization cannot be joined, nothing is created and the link stays valid.',
  caller: 'anybody',
  input: (t) => ({
    token: t.string({ required: true, description: 'The token in the link.' }),
    password: t.string({ required: true, description: 'The password of the sign-up.' }),
    deviceName: t.string({ description: 'The name of this device in the list of sessions.' }),
    delivery: t.field({ type: TokenDelivery, description: deliveryDescription }),
  }),
  run: async (ctx, { delivery = 'COOKIE', ...input }) =>
    deliver(ctx, await verifyEmail(ctx.services.identity, input, originOf(ctx)), delivery),
  payload: (t) => ({ tokens: t.expose('tokens', { type: Tokens, description: 'The new session.' }) }),
});

defineCatalogMutation('signIn', {
  description: 'Signs in. An unknown address and a wrong password get the same error, INVALID_CREDENTIALS.',
  caller: 'anybody',
  input: (t) => ({
    email: t.string({ required: true, description: 'The address; case does not matter.' }),
    password: t.string({ required: true, description: 'The password.' }),
    organizationId: t.globalID({
      description:
        'The organization to work in. By default the organization that the request names, or the user’s only one.',
    }),
    deviceName: t.string({ description: 'The name of this device in the list of sessions.' }),
    previousRefreshToken: t.string({
      description:
        'A refresh token that this device still has, valid or not. A device that was signed in before is exempt from the delays that failed sign-ins elsewhere cause. The token in the cookie by default.',
    }),
    delivery: t.field({ type: TokenDelivery, description: deliveryDescription }),
  }),
  run: async (ctx, { delivery = 'COOKIE', organizationId, previousRefreshToken, ...input }) => {
    const { identity } = ctx.services;
    const asked = organizationId && uuidOf(organizationId, 'Organization', 'input.organizationId');
    const device = { previousRefreshToken: previousRefreshToken ?? ctx.request.cookies.refreshToken() };
    const wanted = { ...input, ...device, organizationId: asked ?? ctx.request.tenant?.id };
    const signed = await signIn(identity, wanted, originOf(ctx));
    return { ...deliver(ctx, signed, delivery), userId: signed.account.userId };
  },
  payload: (t) => ({
    tokens: t.expose('tokens', { type: Tokens, description: 'The new session.' }),
    organizations: t.field({
      type: [Membership],
      description:
        'The user’s organizations. If the tokens name none, choose one with refreshSession; operations that need one fail with ORGANIZATION_REQUIRED.',
      resolve: ({ userId }, _args, ctx) => listMemberships(ctx.services.identity, userId),
    }),
  }),
});

defineCatalogMutation('refreshSession', {
  description:
    'Exchanges a refresh token, which works once, for new tokens. Send it without an Authorization header. REFRESH_RACED means that another tab was faster: use its tokens.',
  caller: 'anybody',
  input: (t) => ({
    refreshToken: t.string({ description: 'The token; the one in the cookie by default.' }),
    organizationId: t.globalID({ description: 'Another organization of the user, to work in from now on.' }),
    delivery: t.field({
      type: TokenDelivery,
      description: 'Where to return the new refresh token; where the old one came from by default.',
    }),
  }),
  run: async (ctx, { refreshToken, organizationId, delivery = refreshToken ? 'BODY' : 'COOKIE' }) => {
    const token = refreshToken ?? ctx.request.cookies.refreshToken();
    if (token === undefined) throw new AppError('UNAUTHENTICATED', 'There is no refresh token: sign in');
    const asked = organizationId && uuidOf(organizationId, 'Organization', 'input.organizationId');
    const input = { refreshToken: token, organizationId: asked };
    try {
      return deliver(ctx, await refreshSession(ctx.services.identity, input, originOf(ctx)), delivery);
    } catch (error) {
      if (refreshToken === undefined && hasEnded(error)) ctx.request.cookies.clearRefreshToken();
      throw error;
    }
  },
  payload: (t) => ({ tokens: t.expose('tokens', { type: Tokens, description: 'The continued session.' }) }),
});

defineCatalogMutation('signOut', {
  description: 'Ends the session of the access token, or of the refresh token in the input or the cookie.',
  caller: 'anybody',
  input: (t) => ({
    refreshToken: t.string({ description: 'A refresh token of the session to end, if the access token has expired.' }),
    everywhere: t.boolean({ description: 'Whether to end all sessions of the user, on every device.' }),
  }),
  run: async (ctx, { refreshToken, everywhere = false }) => {
    const account = ctx.request.account && personOf(ctx);
    const token = refreshToken ?? ctx.request.cookies.refreshToken();
    await signOut(ctx.services.identity, { account, refreshToken: token, everywhere }, originOf(ctx));
    ctx.request.cookies.clearRefreshToken();
    return done;
  },
  payload: (t) => ({ done: t.exposeBoolean('done', { description: doneDescription }) }),
});

defineCatalogMutation('revokeSession', {
  description: 'Ends one of the user’s own sessions, for example on a lost phone.',
  caller: 'signedIn',
  input: (t) => ({ sessionId: t.globalID({ required: true, description: 'The session.' }) }),
  run: async (ctx, { sessionId }) => {
    const id = uuidOf(sessionId, 'Session', 'input.sessionId');
    await revokeOwnSession(ctx.services.identity, personOf(ctx).userId, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    sessionId: t.id({
      description: 'The id of the ended session.',
      resolve: ({ id }) => catalogId('Session', id),
    }),
  }),
});

defineCatalogMutation('changePassword', {
  description: 'Sets a new password, and ends all other sessions of the user.',
  caller: 'signedIn',
  input: (t) => ({
    currentPassword: t.string({ required: true, description: 'The current password.' }),
    newPassword: t.string({ required: true, description: 'A password of 10 to 256 characters.' }),
    revokeApiKeys: t.boolean({ description: revokeDescription }),
  }),
  run: async (ctx, input) => ({
    done: true,
    apiKeys: await changePassword(ctx.services.identity, personOf(ctx), input, originOf(ctx)),
  }),
  payload: (t) => ({
    done: t.exposeBoolean('done', { description: doneDescription }),
    apiKeys: t.expose('apiKeys', { type: [OwnApiKey], description: keysDescription }),
  }),
});

defineCatalogMutation('requestPasswordReset', {
  description:
    'Mails a link for setting a new password, if there is an account. The answer does not reveal whether there is one.',
  caller: 'anybody',
  input: (t) => ({ email: t.string({ required: true, description: 'The address of the account.' }) }),
  run: async (ctx, input) => {
    await requestPasswordReset(ctx.services.identity, input, originOf(ctx));
    return done;
  },
  payload: (t) => ({ done: t.exposeBoolean('done', { description: doneDescription }) }),
});

defineCatalogMutation('resetPassword', {
  description:
    'Sets a new password with the token of a mailed link, which works once, and ends all sessions of the user.',
  caller: 'anybody',
  input: (t) => ({
    token: t.string({ required: true, description: 'The token in the link.' }),
    newPassword: t.string({ required: true, description: 'A password of 10 to 256 characters.' }),
    revokeApiKeys: t.boolean({ description: revokeDescription }),
  }),
  run: async (ctx, input) => ({
    done: true,
    apiKeys: await resetPassword(ctx.services.identity, input, originOf(ctx)),
  }),
  payload: (t) => ({
    done: t.exposeBoolean('done', { description: doneDescription }),
    apiKeys: t.expose('apiKeys', { type: [OwnApiKey], description: keysDescription }),
  }),
});

const ended: ReadonlySet<unknown> = new Set(['SESSION_REVOKED', 'UNAUTHENTICATED']);
const hasEnded = (error: unknown): boolean => error instanceof AppError && ended.has(error.code);
