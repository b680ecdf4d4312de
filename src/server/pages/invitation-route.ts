import { acceptInvitation } from '../../identity/accept-invitation.ts';
import { type InvitationPreview, previewInvitation } from '../../identity/preview-invitation.ts';
import { signIn } from '../../identity/sign-in.ts';
import { signUp } from '../../identity/sign-up.ts';
import { AppError } from '../../lib/errors.ts';
import { html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import { redirectAnswer } from '../routes/answers.ts';
import type { Route, RouteAnswer } from '../routes/route.ts';
import { texts as homeTexts } from './home-texts.ts';
import { hidden, input, type Page } from './layout.ts';
import { enter, orProblem, type PageOptions, type PageRequest, pageAnswer, pageRoute } from './page-route.ts';

const texts = {
  en: {
    title: (organization: string) => `Join ${organization}`,
    newcomer: (email: string, role: string) => `You are invited as ${email} (${role}). Choose a password to join.`,
    account: (email: string, role: string) =>
      `You are invited as ${email} (${role}). This address has an account: sign in to join.`,
    signedIn: (email: string, role: string) => `You are signed in as ${email}, and invited as ${role}.`,
    firstName: 'First name',
    lastName: 'Last name',
    password: 'Password',
    hint: 'At least 10 characters. A few words in a row are easy to remember.',
    join: 'Join',
    deadTitle: 'This invitation does not work',
    dead: 'It has been used, replaced or revoked, or it has expired. Ask for another one. If you have already joined, sign in.',
    signIn: 'Sign in',
    special: { INVALID_CREDENTIALS: 'The password is wrong.', NOT_FOUND: 'This invitation does not work any more.' },
  },
  fr: {
    title: (organization: string) => `Rejoindre ${organization}`,
    newcomer: (email: string, role: string) =>
      `Vous êtes invité à l’adresse ${email} (${role}). Choisissez un mot de passe.`,
    account: (email: string, role: string) =>
      `Vous êtes invité à l’adresse ${email} (${role}), qui a un compte. Connectez-vous.`,
    signedIn: (email: string, role: string) => `Vous êtes connecté en tant que ${email}, et invité comme ${role}.`,
    firstName: 'Prénom',
    lastName: 'Nom',
    password: 'Mot de passe',
    hint: '10 caractères au moins. Quelques mots à la suite se retiennent facilement.',
    join: 'Rejoindre',
    deadTitle: 'Cette invitation ne fonctionne pas',
    dead: 'Elle a déjà servi, a été remplacée ou révoquée, ou a expiré. Demandez-en une autre. Si vous êtes déjà membre, connectez-vous.',
    signIn: 'Se connecter',
    special: {
      INVALID_CREDENTIALS: 'Le mot de passe est incorrect.',
      NOT_FOUND: 'Cette invitation ne fonctionne plus.',
    },
  },
};

const special = { en: texts.en.special, fr: texts.fr.special };

/**
 * `/accept-invitation`, which the link of an invitation opens. It asks for name and password if the address has no
 * account, for the password if it has one, and for nothing if the visitor is signed in. Opening it changes nothing.
 */
export const invitationRoute = (options: PageOptions): Route =>
  pageRoute(options, { path: '/accept-invitation', methods: ['GET', 'POST'] }, async (request) => {
    const form = request.method === 'POST' ? await request.form() : undefined;
    const token = (form ?? request.query).get('token') ?? '';
    const { language, origin } = request.caller;
    const invitation = token === '' ? undefined : await previewInvitation(options.identity, { token }, origin);
    if (!invitation) return pageAnswer(language, deadPage(language), 404);
    if (!form) return pageAnswer(language, invitationPage(request, token, invitation));
    const show = (alert: string): Page => ({ ...invitationPage(request, token, invitation, form), alert });
    return orProblem(request, show, () => accept(request, options, { token, invitation, form }), special);
  });

interface Acceptance {
  token: string;
  invitation: InvitationPreview;
  form: URLSearchParams;
}

async function accept(request: PageRequest, options: PageOptions, given: Acceptance): Promise<RouteAnswer> {
  const { language, origin } = request.caller;
  const { token, invitation, form } = given;
  const { identity } = options;
  const { email } = invitation;
  const account = accountOf(request, invitation);
  if (account) {
    await acceptInvitation(identity, account, { token }, origin);
    return redirectAnswer('/');
  }
  const password = form.get('password') ?? '';
  if (invitation.hasAccount) {
    const signed = await signIn(identity, { email, password }, origin);
    await acceptInvitation(identity, signed.account, { token }, origin);
    return enter(options, signed, '/');
  }
  const names = { firstName: form.get('firstName') ?? '', lastName: form.get('lastName') ?? '' };
  const newcomer = { email, password, ...names, locale: language, invitationToken: token };
  const signed = await signUp(identity, newcomer, origin);
  if (!signed) throw new AppError('NOT_FOUND', 'This invitation does not work any more');
  return enter(options, signed, '/');
}

/** The visitor's account, when it is the invited one. */
function accountOf({ caller: { request } }: PageRequest, { email }: InvitationPreview) {
  return request.account?.email.toLowerCase() === email.toLowerCase() ? request.account : undefined;
}

function invitationPage(
  request: PageRequest,
  token: string,
  invitation: InvitationPreview,
  form?: URLSearchParams,
): Page {
  const { language } = request.caller;
  const { email, role, hasAccount } = invitation;
  const text = texts[language];
  const isSignedIn = accountOf(request, invitation) !== undefined;
  const say = isSignedIn ? text.signedIn : hasAccount ? text.account : text.newcomer;
  const content = html`<p>${say(email, homeTexts[language].roles[role])}</p>
<form method="post" action="/accept-invitation">
${hidden('token', token)}
${!isSignedIn && (hasAccount ? knownFields(language, email) : newFields(language, email, form))}
<button>${text.join}</button>
</form>`;
  return { title: text.title(invitation.organizationName), content };
}

/** Password managers find the address beside the password. */
const addressField = (email: string) =>
  html`<input type="hidden" name="email" autocomplete="username" value="${email}">`;

const knownFields = (language: Language, email: string) => html`${addressField(email)}
${input({ name: 'password', label: texts[language].password, type: 'password', autocomplete: 'current-password', maxLength: 1024, focus: true })}
<footer><a href="/forgotten-password">${homeTexts[language].forgotten}</a></footer>`;

function newFields(language: Language, email: string, form: URLSearchParams | undefined) {
  const text = texts[language];
  const name = (field: 'firstName' | 'lastName', autocomplete: string) =>
    input({ name: field, label: text[field], value: form?.get(field) ?? '', autocomplete, maxLength: 100 });
  const password = { name: 'password', label: text.password, type: 'password', hint: text.hint } as const;
  return html`${addressField(email)}
${name('firstName', 'given-name')}
${name('lastName', 'family-name')}
${input({ ...password, autocomplete: 'new-password', minLength: 10, maxLength: 256 })}`;
}

function deadPage(language: Language): Page {
  const text = texts[language];
  return {
    title: text.deadTitle,
    content: html`<p>${text.dead}</p>
<p><a class="button" href="/">${text.signIn}</a></p>`,
  };
}
