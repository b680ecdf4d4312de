import { timingSafeEqual } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';
import { Html, html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import { assetPath } from '../pages/assets.ts';
import { pageCsrf } from '../session-cookie.ts';
import { graphiqlNames } from './explorer-assets.ts';

/**
 * Allows only scripts of this server. GraphiQL's editor inserts style elements, and embeds fonts in its style sheet.
 */
export const explorerPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  // The form that signs out
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const firstQuery = `# Everything you may see is one query away.
{
  projects(first: 5) {
    totalCount
    nodes { name code status }
  }
}
`;

export interface ExplorerView {
  language: Language;
  /** The heading above the editor: the organization's name. */
  place: string;
  /** The path to which operations are sent. */
  endpoint: string;
  /** Initial headers, which the visitor sees and can change. */
  headers?: Record<string, string> | undefined;
  /** The tools above the editor; absent for visitors who are not signed in. */
  tools?: { html: Html; settings: object } | undefined;
}

const texts = {
  en: { loading: 'Loading the explorer…', noScript: 'The explorer needs JavaScript.' },
  fr: { loading: 'Chargement de l’explorateur…', noScript: 'L’explorateur a besoin de JavaScript.' },
};

/** The page of GraphiQL. It is small: the 9 MB of GraphiQL are separate files that browsers cache. */
export function explorerPage({ language, place, endpoint, headers, tools }: ExplorerView): Html {
  const { loading, noScript } = texts[language];
  const title = place === '' ? 'Chantier' : `${place} · Chantier`;
  const options: GraphiQLOptions = {
    title: html`<a href="/" class="explorer-home">Chantier</a>${place !== '' && html` <span>${place}</span>`}`.text,
    logo: '<span></span>',
    defaultQuery: firstQuery,
    endpoint,
    headers: JSON.stringify(headers ?? {}, null, 2),
    additionalHeaders: { 'x-chantier-csrf': pageCsrf },
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: headers ? 'headers' : false,
  };
  const settings = { workers: workerPaths, options, tools: tools?.settings };
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${assetPath('icon')}">
<link rel="stylesheet" href="/assets/${graphiqlNames.css}">
<link rel="stylesheet" href="${assetPath('explorerStyle')}">
<script type="application/json" id="settings">${new Html(jsonForScript(settings))}</script>
<script src="${assetPath('explorerStart')}" defer></script>
<script src="/assets/${graphiqlNames.js}" defer></script>
</head>
<body class="no-focus-outline">
<noscript>${noScript}</noscript>
${tools?.html}<div id="root"><p class="explorer-loading" role="status">${loading}</p></div>
</body>
</html>
`;
}

const workerPaths = {
  editorWorkerService: `/assets/${graphiqlNames.editorWorkerService}`,
  json: `/assets/${graphiqlNames.jsonWorker}`,
  graphql: `/assets/${graphiqlNames.graphqlWorker}`,
};

/** JSON without `<`, so that it cannot end the script element around it. */
const jsonForScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** Compares two texts in constant time, so that the time does not reveal how much of them matches. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
