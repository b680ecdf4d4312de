import { timingSafeEqual } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';
import { Html, html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import { assetPath } from '../pages/assets.ts';
import { pageCsrf } from '../session-cookie.ts';
import { graphiqlNames } from './explorer-assets.ts';

/** Scripts of this server alone, whose editor makes style elements as it goes and has its fonts in its style sheet. */
export const explorerPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
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
  /** What the page says above the editor, such as the organization's name. */
  place: string;
  /** Where operations go. */
  endpoint: string;
  /** Headers to begin with, which the visitor sees and can change. */
  headers?: Record<string, string> | undefined;
}

const texts = {
  en: { loading: 'Loading the explorer…', noScript: 'The explorer needs JavaScript.' },
  fr: { loading: 'Chargement de l’explorateur…', noScript: 'L’explorateur a besoin de JavaScript.' },
};

/** GraphiQL as a small page: its 9 MB are files that browsers keep. */
export function explorerPage({ language, place, endpoint, headers }: ExplorerView): Html {
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
  const settings = { workers: workerPaths, options };
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
<div id="root"><p class="explorer-loading" role="status">${loading}</p></div>
</body>
</html>
`;
}

const workerPaths = {
  editorWorkerService: `/assets/${graphiqlNames.editorWorkerService}`,
  json: `/assets/${graphiqlNames.jsonWorker}`,
  graphql: `/assets/${graphiqlNames.graphqlWorker}`,
};

/** JSON that cannot end the element that it stands in. */
const jsonForScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** Whether two texts are the same, in a time that does not tell how much of them is. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
