import { listMemberships, type OwnMembership } from '../../identity/list-memberships.ts';
import { signIn } from '../../identity/sign-in.ts';
import { signOut } from '../../identity/sign-out.ts';
import type { Account } from '../../identity/viewer.ts';
import { type Html, html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import { redirectAnswer } from '../routes/answers.ts';
import type { Route } from '../routes/route.ts';
import { statuses, texts } from './home-texts.ts';
import { input, type Page } from './layout.ts';
import { enter, orProblem, type PageOptions, type PageRequest, pageAnswer, pageRoute } from './page-route.ts';

/** The paths to which a visitor may be redirected after signing in: only explorers, never another site. */
const explorerPath = /^(?:\/t\/[a-z0-9-]{1,63})?\/explorer$/;

/** `/`: describes the server, signs people in, and lists their organizations. `/sign-in` is the same page. */
export function homeRoutes(options: PageOptions): Route[] {
  return [
    pageRoute(options, { path: '/', methods: ['GET'] }, (request) => home(request, options)),
    pageRoute(options, { path: '/sign-in', methods: ['GET', 'POST'] }, (request) =>
      request.method === 'POST' ? receiveSignIn(request, options) : home(request, options),
    ),
    pageRoute(options, { path: '/sign-out', methods: ['POST'] }, (request) => receiveSignOut(request, options)),
  ];
}

async function home({ caller: { language, request }, query }: PageRequest, { identity }: PageOptions) {
  const { account, tenant } = request;
  if (!account) {
    const notice = query.has('password-set') ? texts[language].passwordSet : undefined;
    return pageAnswer(language, { ...welcome(language, { next: query.get('next') ?? '' }), notice });
  }
  const memberships = await listMemberships(identity, account.userId);
  // Under the host of an organization, only that organization can be opened
  const reachable = memberships.filter(({ organization }) => !tenant || organization.id === tenant.id);
  return pageAnswer(language, places(language, account, reachable));
}

async function receiveSignIn(request: PageRequest, options: PageOptions) {
  const { language, origin } = request.caller;
  const form = await request.form();
  const email = form.get('email') ?? '';
  const next = form.get('next') ?? '';
  const show = (alert: string): Page => ({ ...welcome(language, { email, next }), alert });
  return orProblem(request, show, async () => {
    const signed = await signIn(options.identity, { email, password: form.get('password') ?? '' }, origin);
    return enter(options, signed, explorerPath.test(next) ? next : '/');
  });
}

async function receiveSignOut({ caller: { request, origin } }: PageRequest, options: PageOptions) {
  if (request.account) await signOut(options.identity, { account: request.account }, origin);
  return redirectAnswer('/', { 'set-cookie': options.sessionCookie.clear() });
}

function welcome(language: Language, { email, next }: { email?: string; next: string }): Page {
  const text = texts[language];
  const content = html`<p>${text.what}</p>
<form method="post" action="/sign-in">
${input({ name: 'email', label: text.email, type: 'email', value: email, autocomplete: 'username', maxLength: 254 })}
${input({ name: 'password', label: text.password, type: 'password', autocomplete: 'current-password', maxLength: 1024 })}
${explorerPath.test(next) && html`<input type="hidden" name="next" value="${next}">`}
<button>${text.signIn}</button>
</form>
<footer><a href="/forgotten-password">${text.forgotten}</a></footer>`;
  return { title: text.signIn, content };
}

function places(language: Language, account: Account, memberships: readonly OwnMembership[]): Page {
  const text = texts[language];
  const list = memberships.map(
    ({ organization, role }) => html`<li>
<span>${organization.name} <span class="soft">· ${text.roles[role]}</span></span>
${explorerOf(language, organization)}
</li>
`,
  );
  const content = html`${
    memberships.length === 0 ? html`<p>${text.nowhere}</p>` : html`<ul class="places">${list}</ul>`
  }
<footer><span>${text.signedInAs} ${account.email}</span>
<form method="post" action="/sign-out"><button class="plain">${text.signOut}</button></form></footer>`;
  return { title: text.organizations, content };
}

function explorerOf(language: Language, { name, slug, status }: OwnMembership['organization']): Html {
  const text = texts[language];
  if (status !== 'ACTIVE') return html`<span class="soft">${statuses[language][status]}</span>`;
  return html`<a class="button" href="/t/${slug}/explorer" aria-label="${text.open}: ${name}">${text.open}</a>`;
}
