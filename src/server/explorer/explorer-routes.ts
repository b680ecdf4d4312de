import type { Identity } from '../../identity/identity.ts';
import { listMemberships } from '../../identity/list-memberships.ts';
import { AppError } from '../../lib/errors.ts';
import { html } from '../../lib/html.ts';
import { type PageOptions, type PageRequest, pageAnswer, pageRoute } from '../pages/page-route.ts';
import { htmlAnswer, redirectAnswer } from '../routes/answers.ts';
import type { Route, RouteAnswer } from '../routes/route.ts';
import { examplesFor } from './examples.ts';
import { explorerPage, explorerPolicy, isSame } from './explorer-page.ts';
import { explorerTools, toolsSettings } from './explorer-tools.ts';

export interface ExplorerOptions extends PageOptions {
  /** Whether anybody may open the page, which contains no data. */
  open: boolean;
  /** Development: the code in the printed address, and the headers with which it signs in. */
  demo?: { code: string; headers(): Promise<Record<string, string>> } | undefined;
}

const texts = {
  en: {
    title: 'No explorer for your role',
    why: 'Your role in this organization may not explore the graph. Ask an administrator for the permission graph:explore.',
    back: 'Your organizations',
  },
  fr: {
    title: 'Pas d’explorateur pour votre rôle',
    why: 'Votre rôle dans cette organisation ne permet pas d’explorer le graphe. Demandez la permission graph:explore à un administrateur.',
    back: 'Vos organisations',
  },
};

/**
 * `/t/<slug>/explorer`: GraphiQL, for members who may explore the graph. It sends operations with the visitor's cookie.
 */
export const explorerRoute = (options: ExplorerOptions): Route =>
  pageRoute(options, { path: '/explorer', underTenant: true, methods: ['GET'] }, async (request) => {
    const { viewer, account } = request.caller.request;
    if (options.open || viewer?.permissions.has('graph:explore')) return explorer(request, options);
    const { pathname } = new URL(request.url);
    if (!account) return redirectAnswer(`/?next=${encodeURIComponent(pathname)}`);
    if (!viewer) throw new AppError('TENANT_NOT_FOUND', 'The address names no organization');
    return refusal(request);
  });

async function explorer(request: PageRequest, { demo, identity }: ExplorerOptions): Promise<RouteAnswer> {
  const { language, request: asked } = request.caller;
  const code = request.query.get('login');
  const headers = demo && code && isSame(code, demo.code) ? await demo.headers() : undefined;
  const { pathname } = new URL(request.url);
  const view = {
    language,
    place: asked.tenant?.name ?? '',
    endpoint: pathname.replace(/explorer$/, 'graphql'),
    headers,
    tools: await toolsFor(request, pathname.replace(/explorer$/, 'export'), identity),
  };
  return htmlAnswer(explorerPage(view).text, 200, {
    'content-security-policy': explorerPolicy,
    vary: 'accept-language, cookie',
  });
}

async function toolsFor({ caller: { language, request } }: PageRequest, exportPath: string, identity: Identity) {
  const { viewer, tenant } = request;
  if (!viewer || !tenant) return undefined;
  const all = await listMemberships(identity, viewer.userId);
  // Under the host of an organization, only that organization can be opened
  const memberships = exportPath.startsWith('/t/')
    ? all
    : all.filter(({ organization }) => organization.id === tenant.id);
  const examples = examplesFor(viewer, tenant.modules, language);
  return {
    html: explorerTools({ language, slug: tenant.slug, memberships, examples }),
    settings: toolsSettings({ language, exportPath, viewer }),
  };
}

function refusal({ caller: { language } }: PageRequest): RouteAnswer {
  const { title, why, back } = texts[language];
  const content = html`<p>${why}</p>
<p><a href="/">${back}</a></p>`;
  return pageAnswer(language, { title, content }, 403);
}
