import type { GraphRequest } from '../../graphql/context.ts';
import { toRequestError } from '../../graphql/execute/mask-error.ts';
import type { Identity, Origin } from '../../identity/identity.ts';
import type { SessionCookies } from '../../identity/session-cookies.ts';
import type { SignedIn } from '../../identity/sessions.ts';
import { type AppError, httpStatusOf } from '../../lib/errors.ts';
import { html } from '../../lib/html.ts';
import { type Language, negotiateLanguage } from '../../lib/language.ts';
import { RefreshCookie } from '../request/refresh-cookie.ts';
import type { RequestReader } from '../request/request-reader.ts';
import { errorHeaders, htmlAnswer, redirectAnswer } from '../routes/answers.ts';
import type { Route, RouteAnswer, RouteHead, RouteRequest, RouteRules } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';
import type { SessionCookie } from '../session-cookie.ts';
import { layout, type Page } from './layout.ts';
import { problemText } from './problem-text.ts';

/** The dependencies of pages. */
export interface PageOptions {
  identity: Identity;
  reader: RequestReader;
  sessionCookie: SessionCookie;
  sessionCookies: SessionCookies;
}

/** The visitor of a page. */
export interface Visitor {
  language: Language;
  request: GraphRequest;
  origin: Origin;
}

export type PageRequest = RouteRequest<Visitor>;

/** Large enough for the fields of every form. */
const form = { maxBytes: 8 * 1024, types: ['application/x-www-form-urlencoded'] };

const varying = { vary: 'accept-language, cookie' };

type Rules = Pick<RouteRules, 'path' | 'methods' | 'underTenant'>;

/** Defines the route of a page. Its errors are pages too, in the visitor's language. */
export const pageRoute = (
  { reader }: PageOptions,
  rules: Rules,
  handle: (request: PageRequest) => Promise<RouteAnswer>,
): Route =>
  defineRoute({
    ...rules,
    name: 'page',
    body: rules.methods.includes('POST') ? form : 'none',
    content: 'page',
    authenticate: (head) => visitorOf(head, reader),
    handle,
    refuse: (error, { headers }) => problemPage(error, negotiateLanguage(headers.get('accept-language'))),
  });

async function visitorOf(head: RouteHead, reader: RequestReader): Promise<Visitor> {
  // Pages neither read nor set the refresh cookie
  const cookies = new RefreshCookie(null, { secure: true });
  const request = await reader.resolveVisitor({ ...head, cookies });
  const { address: ipAddress, userAgent, requestId } = request;
  const language = negotiateLanguage(head.headers.get('accept-language'));
  return { language, request, origin: { ipAddress, userAgent, requestId } };
}

export const pageAnswer = (language: Language, page: Page, status = 200, headers = {}): RouteAnswer =>
  htmlAnswer(layout(language, page).text, status, { ...varying, ...headers });

const headings = { en: 'This did not work', fr: 'Cela n’a pas fonctionné' };
const back = { en: 'Back to the start', fr: 'Retour à l’accueil' };

/** The page for an error. */
export function problemPage(error: AppError, language: Language): RouteAnswer {
  const page = {
    title: headings[language],
    alert: problemText(error, language),
    content: html`<p class="soft"><code>${error.code}</code></p>
<p><a href="/">${back[language]}</a></p>`,
  };
  return pageAnswer(language, page, httpStatusOf(error.code), errorHeaders(error));
}

/** Runs `work`; on an error shows the form again with the reason. */
export async function orProblem(
  { caller: { language, request } }: PageRequest,
  show: (alert: string) => Page,
  work: () => Promise<RouteAnswer>,
  special: Partial<Record<Language, Parameters<typeof problemText>[2]>> = {},
): Promise<RouteAnswer> {
  try {
    return await work();
  } catch (thrown) {
    const error = toRequestError(thrown, request.logger());
    const page = show(problemText(error, language, special[language]));
    return pageAnswer(language, page, httpStatusOf(error.code), errorHeaders(error));
  }
}

/** Signs the browser in and redirects it. */
export async function enter(
  { identity, sessionCookie, sessionCookies }: PageOptions,
  { account, refreshTokenExpiresAt }: SignedIn,
  location: string,
): Promise<RouteAnswer> {
  const value = await sessionCookies.issue(account.sessionId);
  const seconds = (refreshTokenExpiresAt.getTime() - identity.clock().getTime()) / 1000;
  return redirectAnswer(location, { 'set-cookie': sessionCookie.set(value, seconds) });
}
