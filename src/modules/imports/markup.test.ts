import { expect, it } from 'vitest';
import { markupReader } from './markup.ts';

const names = new Map([
  ['U1', 'Ada Martin'],
  ['ada', 'Ada Martin'],
  ['bob.petit', 'Bob'],
]);

it('reads Slack markup', () => {
  const read = markupReader('slack', names);
  expect(read('<@U1> &amp; <@U9|bob>: see <#C1|general>, <https://a.test/x|here> &lt;b&gt; <!here>')).toEqual({
    text: '@Ada Martin & @bob: see #general, here (https://a.test/x) <b> @here',
    people: ['U1'],
  });
  expect(read('&amp;lt;').text).toBe('&lt;');
});

it('finds people by name, and leaves the text unchanged', () => {
  const read = markupReader('at', names);
  expect(read('salut @ada, @bob.petit. @all ada@example.test @ada')).toEqual({
    text: 'salut @ada, @bob.petit. @all ada@example.test @ada',
    people: ['ada', 'bob.petit'],
  });
});
