import { describe, expect, it } from 'vitest';
import { escapeControls, inline, lines, render, styled } from './text.ts';

const everything = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join('');
const drives = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

describe('render', () => {
  it('escapes characters that control a terminal or change the direction of text', () => {
    expect(drives.test(everything)).toBe(true);
    for (const text of [everything, styled('red', everything), [everything, [everything]]]) {
      expect(drives.test(render(text, false))).toBe(false);
    }
    expect(render('a\x1b[31mb\r\u009b\u202e', false)).toBe('a\\u001b[31mb\\u000d\\u009b\\u202e');
  });

  it('keeps letters, emoji, tabs and line breaks', () => {
    const text = 'é 日本 👩‍👩‍👧\t\n';
    expect(render(text, true)).toBe(text);
  });

  it('keeps the meaning of JSON', () => {
    const value = { name: everything };
    expect(JSON.parse(escapeControls(JSON.stringify(value)))).toEqual(value);
  });

  it('uses colours only where they are shown', () => {
    const text = lines([styled('red', 'failed'), ['a', styled('bold', 'b')]]);
    expect(render(text, false)).toBe('failed\nab');
    expect(render(text, true)).toBe('\x1b[31mfailed\x1b[39m\na\x1b[1mb\x1b[22m');
  });
});

it('keeps a value on one line', () => {
  expect(inline('a\nb\tc')).toBe('a\\u000ab\\u0009c');
});
