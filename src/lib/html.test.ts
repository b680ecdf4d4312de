import { expect, it } from 'vitest';
import { html } from './html.ts';

it('escapes values, in text and in attributes', () => {
  const name = `<img src=x onerror="alert('&')">`;
  const escaped = '&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;';
  expect(html`<p title="${name}">${name}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

it('keeps HTML, joins lists, and leaves out what there is not', () => {
  const items = ['a', 'b<'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${false}${undefined}${0}`.text).toBe('<ul><li>a</li><li>b&lt;</li></ul>0');
});

it('does not interpret backslashes of values', () => {
  expect(html`${'\\u0041'}`.text).toBe('\\u0041');
});
