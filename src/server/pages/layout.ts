import { type Html, html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import { assetPath } from './assets.ts';

export interface Page {
  title: string;
  content: Html;
  /** A message above the content: an error (`alert`) or a success (`notice`). */
  alert?: string | undefined;
  notice?: string | undefined;
}

/** The layout of every page: a header with a link to `/`, and one sheet with the content. */
export const layout = (language: Language, { title, content, alert, notice }: Page): Html => html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Chantier</title>
<link rel="icon" href="${assetPath('icon')}">
<link rel="stylesheet" href="${assetPath('pageStyle')}">
</head>
<body>
<main>
<header><a href="/"><img src="${assetPath('icon')}" alt="">Chantier</a></header>
<div class="sheet">
<h1>${title}</h1>
${alert !== undefined && html`<p class="alert" role="alert">${alert}</p>`}
${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
${content}
</div>
</main>
</body>
</html>
`;

export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  value?: string | undefined;
  autocomplete: string;
  hint?: string;
  minLength?: number;
  maxLength: number;
  /** Whether the field has the focus when the page opens. */
  focus?: boolean;
}

/** A required field with its label. */
export const input = ({
  name,
  label,
  type = 'text',
  value,
  autocomplete,
  hint,
  minLength,
  maxLength,
  focus,
}: Field): Html =>
  html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" required autocomplete="${autocomplete}" maxlength="${maxLength}"${
    minLength !== undefined && html` minlength="${minLength}"`
  }${value !== undefined && html` value="${value}"`}${hint !== undefined && html` aria-describedby="${name}-hint"`}${
    focus === true && html` autofocus`
  }>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}`;

export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`;
