import { verifyEmail } from '../../identity/verify-email.ts';
import { html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import type { Route } from '../routes/route.ts';
import { hidden, input, type Page } from './layout.ts';
import { enter, orProblem, type PageOptions, pageAnswer, pageRoute } from './page-route.ts';

const texts = {
  en: {
    title: 'Confirm your address',
    explain: 'Enter the password that you chose when you signed up. It proves that it was you.',
    password: 'Password',
    confirm: 'Confirm',
    special: { INVALID_CREDENTIALS: 'The password is wrong, or the link has been used or has expired.' },
  },
  fr: {
    title: 'Confirmez votre adresse',
    explain: 'Saisissez le mot de passe choisi à l’inscription. Il montre que c’était bien vous.',
    password: 'Mot de passe',
    confirm: 'Confirmer',
    special: { INVALID_CREDENTIALS: 'Le mot de passe est incorrect, ou le lien a déjà servi ou a expiré.' },
  },
};

const special = { en: texts.en.special, fr: texts.fr.special };

/** `/verify-email`, which the mail of a sign-up opens: creates the account and signs the browser in. */
export const verificationRoute = (options: PageOptions): Route =>
  pageRoute(options, { path: '/verify-email', methods: ['GET', 'POST'] }, async (request) => {
    const { language, origin } = request.caller;
    const form = request.method === 'POST' ? await request.form() : undefined;
    const token = (form ?? request.query).get('token') ?? '';
    const page = verificationPage(language, token);
    if (!form) return pageAnswer(language, page);
    const show = (alert: string): Page => ({ ...page, alert });
    const work = async () => {
      const signed = await verifyEmail(options.identity, { token, password: form.get('password') ?? '' }, origin);
      return enter(options, signed, '/');
    };
    return orProblem(request, show, work, special);
  });

function verificationPage(language: Language, token: string): Page {
  const text = texts[language];
  const password = { name: 'password', label: text.password, type: 'password', maxLength: 1024 } as const;
  const content = html`<p>${text.explain}</p>
<form method="post" action="/verify-email">
${hidden('token', token)}
${input({ ...password, autocomplete: 'current-password', focus: true })}
<button>${text.confirm}</button>
</form>`;
  return { title: text.title, content };
}
