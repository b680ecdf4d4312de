import type { OwnApiKey } from '../../identity/own-api-keys.ts';
import { requestPasswordReset } from '../../identity/request-password-reset.ts';
import { resetPassword } from '../../identity/reset-password.ts';
import { html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import { redirectAnswer } from '../routes/answers.ts';
import type { Route } from '../routes/route.ts';
import { hidden, input, type Page } from './layout.ts';
import { orProblem, type PageOptions, type PageRequest, pageAnswer, pageRoute } from './page-route.ts';

const texts = {
  en: {
    forgotten: 'Forgot your password?',
    explain: 'We will mail you a link for choosing a new one.',
    email: 'E-mail address',
    send: 'Send the link',
    sent: 'If the address has an account, we have mailed it a link. The link works for an hour.',
    choose: 'Choose a password',
    password: 'New password',
    hint: 'At least 10 characters. A few words in a row are easy to remember.',
    revoke: 'Revoke my API keys too',
    set: 'Set the password',
    another: 'Ask for another link',
    keysHeading: 'Your password is set',
    keys: 'These API keys still act for you. Revoke those that others may know:',
    signIn: 'Sign in',
    dead: { INVALID_CREDENTIALS: 'This link has been used or has expired. Ask for another one.' },
  },
  fr: {
    forgotten: 'Mot de passe oublié ?',
    explain: 'Nous vous envoyons un lien pour en choisir un nouveau.',
    email: 'Adresse e-mail',
    send: 'Envoyer le lien',
    sent: 'Si un compte existe pour cette adresse, un lien est en route. Il fonctionne pendant une heure.',
    choose: 'Choisir un mot de passe',
    password: 'Nouveau mot de passe',
    hint: '10 caractères au moins. Quelques mots à la suite se retiennent facilement.',
    revoke: 'Révoquer aussi mes clés d’API',
    set: 'Enregistrer le mot de passe',
    another: 'Demander un autre lien',
    keysHeading: 'Votre mot de passe est enregistré',
    keys: 'Ces clés d’API agissent toujours pour vous. Révoquez celles que d’autres pourraient connaître :',
    signIn: 'Se connecter',
    dead: { INVALID_CREDENTIALS: 'Ce lien a déjà servi ou a expiré. Demandez-en un autre.' },
  },
};

const dead = { en: texts.en.dead, fr: texts.fr.dead };

/** `/forgotten-password` mails a link to `/reset-password`, which sets the new password. */
export function passwordRoutes(options: PageOptions): Route[] {
  return [
    pageRoute(options, { path: '/forgotten-password', methods: ['GET', 'POST'] }, (request) =>
      request.method === 'POST' ? receiveRequest(request, options) : showRequest(request),
    ),
    pageRoute(options, { path: '/reset-password', methods: ['GET', 'POST'] }, (request) =>
      request.method === 'POST' ? receivePassword(request, options) : showPassword(request),
    ),
  ];
}

async function showRequest({ caller: { language } }: PageRequest) {
  return pageAnswer(language, requestPage(language, ''));
}

async function receiveRequest(request: PageRequest, { identity }: PageOptions) {
  const { language, origin } = request.caller;
  const email = (await request.form()).get('email') ?? '';
  const show = (alert: string): Page => ({ ...requestPage(language, email), alert });
  return orProblem(request, show, async () => {
    await requestPasswordReset(identity, { email, locale: language }, origin);
    return pageAnswer(language, { ...requestPage(language, email), notice: texts[language].sent });
  });
}

function requestPage(language: Language, email: string): Page {
  const text = texts[language];
  const content = html`<p>${text.explain}</p>
<form method="post" action="/forgotten-password">
${input({ name: 'email', label: text.email, type: 'email', value: email, autocomplete: 'username', maxLength: 254 })}
<button>${text.send}</button>
</form>`;
  return { title: text.forgotten, content };
}

async function showPassword({ caller: { language }, query }: PageRequest) {
  return pageAnswer(language, passwordPage(language, query.get('token') ?? ''));
}

async function receivePassword(request: PageRequest, { identity }: PageOptions) {
  const { language, origin } = request.caller;
  const form = await request.form();
  const token = form.get('token') ?? '';
  const show = (alert: string): Page => ({ ...passwordPage(language, token), alert });
  const work = async () => {
    const given = { token, newPassword: form.get('newPassword') ?? '', revokeApiKeys: form.has('revokeApiKeys') };
    const keys = await resetPassword(identity, given, origin);
    if (keys.length === 0) return redirectAnswer('/?password-set');
    return pageAnswer(language, keysPage(language, keys));
  };
  return orProblem(request, show, work, dead);
}

function passwordPage(language: Language, token: string): Page {
  const text = texts[language];
  const field = { name: 'newPassword', label: text.password, type: 'password', hint: text.hint } as const;
  const content = html`<form method="post" action="/reset-password">
${hidden('token', token)}
${input({ ...field, autocomplete: 'new-password', minLength: 10, maxLength: 256, focus: true })}
<label class="check"><input type="checkbox" name="revokeApiKeys">${text.revoke}</label>
<button>${text.set}</button>
</form>
<footer><a href="/forgotten-password">${text.another}</a></footer>`;
  return { title: text.choose, content };
}

function keysPage(language: Language, keys: readonly OwnApiKey[]): Page {
  const text = texts[language];
  const list = keys.map(
    ({ name, prefix, organizationName }) =>
      html`<li><span>${name}</span> <span class="soft">chk_${prefix}… ${organizationName}</span></li>`,
  );
  const content = html`<p>${text.keys}</p>
<ul class="places">${list}</ul>
<p><a class="button" href="/">${text.signIn}</a></p>`;
  return { title: text.keysHeading, content };
}
